"""Where a solution of absmax-int8 lies on the error–memory map."""

from error_map import bits_of_codes, frozen_weights, place


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    q, scale = solution.quantize(W)
    place(measure, W, solution.dequantize(q, scale), bits_of_codes(q, payload_bytes(scale)))
