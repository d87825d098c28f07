import math

import torch


def perplexity(logits, tokens, mask):
    log_p = torch.log_softmax(logits[:, :-1], dim=-1) / math.log(2)
    bits = -log_p.gather(2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    if mask is not None:
        bits = bits[mask[:, 1:]]
    return bits.mean().exp()
