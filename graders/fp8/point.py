"""Where a solution of fp8 lies on the error–memory map."""

from error_map import frozen_weights, place


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    codes, scale = solution.quantize_fp8(W)
    place(measure, W, solution.dequantize_fp8(codes, scale), 8 * payload_bytes((codes, scale)) / W.numel())
