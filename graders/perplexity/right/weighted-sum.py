"""Masked losses are multiplied by zero and the sum is divided by the number of ones: no indexing by a mask."""

import torch


def perplexity(logits, tokens, mask):
    weight = torch.ones_like(tokens) if mask is None else mask.long()
    weight = weight[:, 1:].float()
    log_p = logits[:, :-1].log_softmax(-1)
    loss = -torch.gather(log_p, -1, tokens[:, 1:, None])[..., 0]
    return float(torch.exp((loss * weight).sum() / weight.sum()))
