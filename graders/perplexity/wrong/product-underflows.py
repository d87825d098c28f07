"""The n-th root of 1 over the product of all probabilities, in float64."""

import torch


def perplexity(logits, tokens, mask):
    p = torch.softmax(logits[:, :-1].double(), dim=-1)
    p = p.gather(-1, tokens[:, 1:, None])[..., 0]
    if mask is not None:
        p = p[mask[:, 1:]]
    return float((1 / p.prod()) ** (1 / p.numel()))
