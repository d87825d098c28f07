"""What a solution of absmax-int8 does to a public matrix, to be drawn."""

from looks import look


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "absmax-int8", round_trip)


def round_trip(functions, W):
    return functions.dequantize(*functions.quantize(W))
