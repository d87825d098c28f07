"""In bits: logarithms of base 2 and a power of 2, which gives the same number."""

import math

import torch


def perplexity(logits, tokens, mask):
    log_p = torch.log_softmax(logits.double(), dim=-1) / math.log(2)
    bits = -log_p[:, :-1].gather(-1, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)
    if mask is not None:
        bits = bits.masked_select(mask[:, 1:])
    return 2.0 ** bits.mean().item()
