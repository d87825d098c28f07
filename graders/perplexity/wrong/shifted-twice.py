import torch


def perplexity(logits, tokens, mask):
    labels = tokens[:, 1:]
    log_p = torch.log_softmax(logits[:, :-2], dim=-1)
    loss = -log_p.gather(2, labels[:, 1:].unsqueeze(2)).squeeze(2)
    if mask is not None:
        loss = loss[mask[:, 2:]]
    return loss.mean().exp().item()
