"""What a solution of nf4 does to a public matrix, to be drawn: a row is a block of 64."""

from looks import look

BLOCK = 64


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "nf4", round_trip)


def round_trip(functions, W):
    codes, absmax = functions.quantize_nf4(W.flatten(), BLOCK)
    return functions.dequantize_nf4(codes, absmax, BLOCK).reshape(W.shape)
