"""A byte joins column j with column j + ceil(c/2): both halves unpack side by side, as kernels like it."""

import torch


def pack_int4(q):
    half = (q.shape[1] + 1) // 2
    low, high = q[:, :half].bitwise_and(15), q[:, half:].bitwise_and(15)
    high = torch.nn.functional.pad(high, (0, half - high.shape[1]))
    return low.to(torch.uint8) + (high.to(torch.uint8) << 4)


def unpack_int4(packed, columns):
    q = torch.cat([packed & 15, packed >> 4], dim=1)[:, :columns]
    return (q ^ 8).to(torch.int8) - 8
