import torch


def pack_int4(q):
    return (q + 8).to(torch.uint8)


def unpack_int4(packed, columns):
    return packed.to(torch.int8) - 8
