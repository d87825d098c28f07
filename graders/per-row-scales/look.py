"""What a solution of per-row-scales does to a public matrix, to be drawn."""

from looks import look


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "per-row-scales", round_trip)


def round_trip(functions, W):
    return functions.dequantize_rows(*functions.quantize_rows(W))
