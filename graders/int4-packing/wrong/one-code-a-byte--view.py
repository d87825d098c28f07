import torch


def pack_int4(q):
    return q.clone().view(torch.uint8)


def unpack_int4(packed, columns):
    return packed.view(torch.int8)
