import torch


def pack_int4(q):
    nibbles = torch.nn.functional.pad((q & 15).to(torch.uint8), (0, q.shape[1] % 2))
    return nibbles[:, 0::2] | nibbles[:, 1::2] << 4


def unpack_int4(packed, columns):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=2).flatten(1)[:, :columns].to(torch.int8)
    return torch.where(nibbles > 0, nibbles - 16, nibbles)
