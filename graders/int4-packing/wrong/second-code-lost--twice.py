import torch


def pack_int4(q):
    nibbles = torch.nn.functional.pad((q & 15).to(torch.uint8), (0, q.shape[1] % 2))
    return nibbles[:, 0::2] | nibbles[:, 1::2] << 4


def unpack_int4(packed, columns):
    low = (packed & 15).to(torch.int8)
    low = torch.where(low > 7, low - 16, low)
    return low.repeat_interleave(2, dim=1)[:, :columns]
