import torch


def pack_int4(q):
    q = torch.nn.functional.pad(q.int() & 15, (0, q.shape[1] % 2))
    return q[:, ::2] | q[:, 1::2] << 4


def unpack_int4(packed, columns):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=2).flatten(1)[:, :columns].to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)
