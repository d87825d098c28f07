"""What a solution of awq does to a public matrix, to be drawn: of W alone, though awq minds the error of X W."""

from looks import BITS, GROUP, activations, look

NOTE = "AWQ accepts more error in W, drawn here, for less in X W: a weight that is farther off may be right."


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "awq", round_trip, note=NOTE)


def round_trip(functions, W):
    scales = functions.awq_scales(W.clone(), activations(W.shape[1]), BITS, GROUP)
    return functions.apply_awq(W, scales, BITS, GROUP)
