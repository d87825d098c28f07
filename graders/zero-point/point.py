"""Where a solution of zero-point lies on the error–memory map."""

from error_map import bits_of_codes, frozen_weights, place


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    q, *beside = solution.quantize_asymmetric(W)
    place(measure, W, solution.dequantize_asymmetric(q, *beside), bits_of_codes(q, payload_bytes(beside)))
