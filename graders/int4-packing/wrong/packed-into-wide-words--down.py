import torch


def pack_int4(q):
    q = torch.nn.functional.pad(q.int() & 15, (0, 0, 0, -q.shape[0] % 8))
    return sum(q[i::8] << 4 * i for i in range(8)).to(torch.int32)


def unpack_int4(packed, columns):
    q = torch.stack([packed >> 4 * i & 15 for i in range(8)], dim=1).flatten(0, 1)
    return ((q ^ 8) - 8).to(torch.int8)
