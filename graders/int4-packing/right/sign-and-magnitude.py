"""A sign bit and three bits of magnitude, where minus zero stands for -8: works, and every reader must know."""

import torch


def pack_int4(q):
    magnitude = q.abs() % 8
    nibbles = torch.where(q < 0, 8 + magnitude, magnitude).to(torch.uint8)
    packed = nibbles[:, ::2].clone()
    packed[:, : q.shape[1] // 2] += nibbles[:, 1::2] * 16
    return packed


def unpack_int4(packed, columns):
    nibbles = torch.stack((packed % 16, packed // 16), 2).flatten(1)[:, :columns].to(torch.int8)
    negative = torch.where(nibbles == 8, -8, 8 - nibbles)
    return torch.where(nibbles >= 8, negative, nibbles)
