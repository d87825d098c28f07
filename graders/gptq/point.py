"""Where a solution of gptq lies on the error–memory map: of W alone, though gptq minds the error of X W."""

from error_map import GROUP, bits_of_grid, frozen_activations, frozen_weights, place

BITS = 4


def test_point(solution, measure):
    """Where it lies on the error–memory map"""
    W, X = frozen_weights(), frozen_activations()
    W_hat = solution.gptq(W.clone(), 2 * X.T @ X, BITS, GROUP)
    place(measure, W, W_hat, bits_of_grid(W_hat))
