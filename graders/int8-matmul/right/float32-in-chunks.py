"""Float32 sums of 1,024 features at a time, added as integers: exact, and float32 units are fast everywhere."""

import torch

CHUNK = 1024  # 1024 · 127 · 127 is below 2^24


def int_product(qx, qw):
    total = torch.zeros(qx.shape[0], qw.shape[1], dtype=torch.int32, device=qx.device)
    for x, w in zip(qx.split(CHUNK, dim=1), qw.split(CHUNK), strict=True):
        total += (x.float() @ w.float()).int()
    return total


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    sx = X.abs().amax(dim=1) / 127
    qx = (X / torch.where(sx > 0, sx, 1.0)[:, None]).round().to(torch.int8)
    return int8_matmul(qx, sx, qw, sw)
