"""What a solution of group-wise does to a public matrix, to be drawn."""

from looks import GROUP, look


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "group-wise", round_trip)


def round_trip(functions, W):
    q, scale = functions.quantize_groups(W, GROUP)
    return functions.dequantize_groups(q, scale, GROUP)
