"""Where a solution of awq lies on the error–memory map. Where all inputs are equally loud, scales gain little."""

from error_map import GROUP, bits_of_grid, frozen_activations, frozen_weights, place

BITS = 4


def test_point(solution, measure):
    """Where it lies on the error–memory map"""
    W, X = frozen_weights(), frozen_activations()
    s = solution.awq_scales(W.clone(), X, BITS, GROUP)
    W_hat = solution.apply_awq(W.clone(), s, BITS, GROUP)
    place(measure, W, W_hat, bits_of_grid(W_hat * s.float()))  # the grid is that of W · s
