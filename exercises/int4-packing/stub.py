"""int4-packing: two int4 codes in each byte."""

import torch


def pack_int4(q: torch.Tensor) -> torch.Tensor:
    """Packs the codes of each row, two to a byte.

    Args:
        q: int8 [r, c], codes from -8 to 7; c may be odd.

    Returns:
        uint8 [r, ceil(c / 2)], and nothing beside it.
    """
    raise NotImplementedError("pack_int4 is not written yet")


def unpack_int4(packed: torch.Tensor, columns: int) -> torch.Tensor:
    """Turns packed bytes back into codes.

    Args:
        packed: uint8 [r, ceil(columns / 2)], what pack_int4 returned. This function runs in another process.
        columns: how many codes a row has (c).

    Returns:
        int8 [r, columns], the codes that went in.
    """
    raise NotImplementedError("unpack_int4 is not written yet")
