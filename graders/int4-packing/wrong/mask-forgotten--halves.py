import torch


def pack_int4(q):
    half = (q.shape[1] + 1) // 2
    q = torch.nn.functional.pad(q, (0, q.shape[1] % 2))
    return (q[:, :half] | q[:, half:] << 4).view(torch.uint8)


def unpack_int4(packed, columns):
    signed = packed.view(torch.int8)
    return torch.cat([signed << 4 >> 4, signed >> 4], dim=1)[:, :columns]
