import torch


def pack_int4(q):
    q = torch.nn.functional.pad(q, (0, q.shape[1] % 2))
    return q[:, ::2] & 15 | q[:, 1::2] << 4


def unpack_int4(packed, columns):
    return torch.stack([packed << 4 >> 4, packed >> 4], dim=2).flatten(1)[:, :columns]
