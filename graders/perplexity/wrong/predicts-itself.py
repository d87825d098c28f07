import torch


def perplexity(logits, tokens, mask):
    log_p = torch.log_softmax(logits, dim=-1)
    loss = -log_p.gather(2, tokens.unsqueeze(2)).squeeze(2)
    if mask is not None:
        loss = loss[mask]
    return loss.mean().exp().item()
