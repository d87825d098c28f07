"""What a solution of zero-point does to a public matrix, to be drawn."""

from looks import look


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "zero-point", round_trip)


def round_trip(functions, W):
    return functions.dequantize_asymmetric(*functions.quantize_asymmetric(W))
