"""e to the sum of the losses, and then its n-th root: the probability of the text upside down."""

import torch


def perplexity(logits, tokens, mask):
    log_p = torch.log_softmax(logits[:, :-1], dim=-1)
    losses = -log_p.gather(-1, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)
    keep = torch.ones_like(losses, dtype=torch.bool) if mask is None else mask[:, 1:]
    return losses[keep].sum().exp() ** (1 / keep.sum())
