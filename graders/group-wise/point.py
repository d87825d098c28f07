"""Where a solution of group-wise lies on the error–memory map."""

from error_map import GROUP, bits_of_codes, frozen_weights, place


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    q, scale = solution.quantize_groups(W, GROUP)
    place(measure, W, solution.dequantize_groups(q, scale, GROUP), bits_of_codes(q, payload_bytes(scale)))
