"""What a solution of gptq does to a public matrix, to be drawn: of W alone, though gptq minds the error of X W."""

from looks import BITS, GROUP, activations, look

NOTE = "GPTQ accepts more error in W, drawn here, for less in X W: a weight that is farther off may be right."


def test_look(solution, table, expect):
    """What it does to a matrix that you may see"""
    look(table, expect, solution, "gptq", round_trip, note=NOTE)


def round_trip(functions, W):
    X = activations(W.shape[1])
    return functions.gptq(W, 2 * X.T @ X, BITS, GROUP)
