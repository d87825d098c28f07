import torch


def pack_int4(q):
    q = torch.nn.functional.pad(q + 8, (0, q.shape[1] % 2)).to(torch.uint8)
    first, second = q.chunk(2, dim=1)
    return first << 4 | second


def unpack_int4(packed, columns):
    return torch.stack([packed >> 4, packed & 15], dim=2).flatten(1)[:, :columns].to(torch.int8) - 8
