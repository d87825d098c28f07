"""The halves of a row, moved by seven into 0 … 14, and put together as one number of base 16."""

import torch


def pack_int4(q):
    half = (q.shape[1] + 1) // 2
    wide = torch.nn.functional.pad(q.to(torch.int16) + 7, (0, 2 * half - q.shape[1]))
    return (wide[:, :half] + 16 * wide[:, half:]).to(torch.uint8)


def unpack_int4(packed, columns):
    wide = packed.to(torch.int16)
    return (torch.cat([wide % 16, wide // 16], dim=1)[:, :columns] - 7).to(torch.int8)
