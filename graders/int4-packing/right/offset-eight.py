"""Codes are stored as code + 8: no sign to restore, and 0 is the pattern 1000, as in many int4 formats."""

import torch


def pack_int4(q):
    rows, columns = q.shape
    shifted = torch.full((rows, columns + columns % 2), 8, dtype=torch.uint8)
    shifted[:, :columns] = q + 8
    return shifted[:, 1::2] * 16 + shifted[:, ::2]


def unpack_int4(packed, columns):
    q = packed.repeat_interleave(2, dim=1)
    q[:, ::2] %= 16
    q[:, 1::2] //= 16
    return q[:, :columns].to(torch.int8) - 8
