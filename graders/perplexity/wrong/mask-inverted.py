import torch


def perplexity(logits, tokens, mask):
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)
    loss = -log_p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    if mask is not None:
        loss = loss.masked_select(~mask[:, 1:])
    return loss.mean().exp().item()
