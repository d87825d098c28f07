"""What a solution of int4-packing does to the codes of a public matrix, to be drawn: nothing should be lost."""

import torch
from looks import look


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "int4-packing", round_trip)


def round_trip(functions, W):
    """One scale a row of absmax/7; what is packed are the codes, and they come back times the scale."""
    scale = W.abs().amax(1, keepdim=True).clamp_min(1e-12) / 7
    codes = functions.unpack_int4(functions.pack_int4((W / scale).round().to(torch.int8)), W.shape[1])
    return codes * scale
