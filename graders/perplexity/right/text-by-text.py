"""Text by text, cut to its length, with running sums: memory of one text at a time."""

import torch


def perplexity(logits, tokens, mask):
    total, count = 0.0, 0
    for number, text in enumerate(tokens):
        length = len(text) if mask is None else int(mask[number].sum())
        if length < 2:
            continue
        log_p = torch.log_softmax(logits[number, : length - 1], dim=-1)
        total += -log_p[torch.arange(length - 1), text[1:length]].sum().item()
        count += length - 1
    return torch.tensor([total / count]).exp()
