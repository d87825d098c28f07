"""Plain loops over numbers, in Python's float64: every step can be read, and it is hundreds of times slower."""

import math


def perplexity(logits, tokens, mask):
    tokens = tokens.tolist()
    real = mask.tolist() if mask is not None else [[True] * len(text) for text in tokens]
    total, count = 0.0, 0
    for text, rows, known in zip(tokens, logits.tolist(), real, strict=True):
        for place in range(1, len(text)):
            if known[place]:
                row = rows[place - 1]
                top = max(row)
                total += top + math.log(sum(math.exp(x - top) for x in row)) - row[text[place]]
                count += 1
    return math.exp(total / count)
