import torch


def pack_int4(q):
    nibbles = (q & 15).to(torch.uint8)
    packed = torch.zeros(len(q), (q.shape[1] + 1) // 2, dtype=torch.uint8)
    for j in range(q.shape[1] // 2):
        packed[:, j] = nibbles[:, 2 * j] | nibbles[:, 2 * j + 1] << 4
    return packed


def unpack_int4(packed, columns):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=2).flatten(1)[:, :columns].to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)
