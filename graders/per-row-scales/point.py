"""Where a solution of per-row-scales lies on the error–memory map."""

from error_map import bits_of_codes, frozen_weights, place


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    q, scale = solution.quantize_rows(W)
    place(measure, W, solution.dequantize_rows(q, scale), bits_of_codes(q, payload_bytes(scale)))
