"""Where a solution of awq lies on the error–memory map. Where all inputs are equally loud, scales gain little."""

import math

from error_map import GROUP, frozen_activations, frozen_weights, place

BITS = 4
SCALE_BITS = 16


def test_point(solution, measure):
    """Where it lies on the error–memory map"""
    W, X = frozen_weights(), frozen_activations()
    s = solution.awq_scales(W.clone(), X, BITS, GROUP)
    W_hat = solution.apply_awq(W.clone(), s, BITS, GROUP)
    # The grid is that of W · s; its values in a row and group are told apart as far as float32 allows.
    groups = (W_hat * s.float()).reshape(-1, GROUP)
    close = 1e-4 * groups.abs().amax(1, keepdim=True)
    levels = 1 + (groups.sort(dim=1).values.diff(dim=1) > close).sum(1).max().item()
    place(measure, W, W_hat, math.log2(levels) + SCALE_BITS / GROUP)
