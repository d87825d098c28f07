import torch


def pack_int4(q):
    flat = q.flatten() & 15
    flat = torch.nn.functional.pad(flat.to(torch.uint8), (0, len(flat) % 2))
    return flat[::2] | flat[1::2] << 4


def unpack_int4(packed, columns):
    flat = torch.stack([packed & 15, packed >> 4], dim=1).flatten().to(torch.int8)
    flat = flat[: len(flat) // columns * columns]
    return torch.where(flat > 7, flat - 16, flat).view(-1, columns)
