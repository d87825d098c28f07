"""Loops that index tensors, one prediction at a time: thousands of small operations instead of one."""

import torch


def perplexity(logits, tokens, mask):
    losses = []
    for text in range(tokens.shape[0]):
        for place in range(tokens.shape[1] - 1):
            if mask is None or mask[text, place + 1]:
                row = logits[text, place]
                losses.append(torch.logsumexp(row, 0) - row[tokens[text, place + 1]])
    return torch.stack(losses).mean().exp()
