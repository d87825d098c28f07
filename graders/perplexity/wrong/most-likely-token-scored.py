import torch


def perplexity(logits, tokens, mask):
    loss = -torch.log_softmax(logits[:, :-1], dim=-1).max(dim=-1).values
    if mask is not None:
        loss = loss[mask[:, 1:]]
    return loss.mean().exp().item()
