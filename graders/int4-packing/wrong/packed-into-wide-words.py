import torch


def pack_int4(q):
    q = torch.nn.functional.pad(q.int() & 15, (0, -q.shape[1] % 8))
    return (q.reshape(len(q), -1, 8) << torch.arange(0, 32, 4)).sum(dim=2).to(torch.int32)


def unpack_int4(packed, columns):
    q = packed[:, :, None] >> torch.arange(0, 32, 4) & 15
    return ((q.flatten(1)[:, :columns] ^ 8) - 8).to(torch.int8)
