"""Plain loops over numbers: nothing hidden in a tensor operation; hundreds of times slower."""

import torch


def quantize(W):
    rows = W.tolist()
    absmax = max(abs(w) for row in rows for w in row)
    scale = absmax / 127
    codes = [[round(w / scale) if scale else 0 for w in row] for row in rows]
    return torch.tensor(codes, dtype=torch.int8), torch.tensor(scale)


def dequantize(q, scale):
    step = scale.item()
    return torch.tensor([[code * step for code in row] for row in q.tolist()])
