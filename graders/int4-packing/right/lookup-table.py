"""The way back looks both codes of a byte up in a table of 256 rows: no bit arithmetic where time counts."""

import torch


def pack_int4(q):
    codes = torch.arange(-8, 8).to(q)
    places = torch.searchsorted(codes, q.contiguous())
    places = torch.nn.functional.pad(places, (0, q.shape[1] % 2))
    return (places.reshape(len(q), -1, 2) @ torch.tensor([16, 1])).to(torch.uint8)


def unpack_int4(packed, columns):
    codes = torch.arange(-8, 8, dtype=torch.int8)
    table = torch.cartesian_prod(codes, codes)
    return table[packed.long()].flatten(1)[:, :columns]
