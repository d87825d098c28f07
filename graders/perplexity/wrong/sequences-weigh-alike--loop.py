import math

import torch.nn.functional as F


def perplexity(logits, tokens, mask):
    losses = []
    for i in range(len(tokens)):
        n = int(mask[i].sum()) if mask is not None else tokens.shape[1]
        if n > 1:
            losses.append(F.cross_entropy(logits[i, : n - 1], tokens[i, 1:n]).item())
    return math.exp(sum(losses) / len(losses))
