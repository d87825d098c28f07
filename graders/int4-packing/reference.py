"""int4-packing: two int4 codes in each byte."""

import torch


def pack_int4(q: torch.Tensor) -> torch.Tensor:
    # The last four bits tell all sixteen codes apart (two's complement). Without the mask a negative
    # code would carry its ones into the neighbour's nibble.
    nibbles = (q & 15).to(torch.uint8)
    nibbles = torch.nn.functional.pad(nibbles, (0, q.shape[1] % 2))
    return nibbles[:, 0::2] | nibbles[:, 1::2] << 4


def unpack_int4(packed: torch.Tensor, columns: int) -> torch.Tensor:
    # [r, k] and [r, k] stacked to [r, k, 2]: flattened, they alternate again. An odd row ends one sooner.
    pairs = torch.stack([packed & 15, packed >> 4], dim=2)
    nibbles = pairs.flatten(1)[:, :columns].to(torch.int8)

    # A nibble has no sign. 8 ... 15 stand for -8 ... -1.
    return torch.where(nibbles > 7, nibbles - 16, nibbles)
