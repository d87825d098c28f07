"""Where a solution of nf4 lies on the error–memory map."""

from error_map import bits_of_codes, frozen_weights, place

BLOCK = 64


def test_point(solution, measure, payload_bytes):
    """Where it lies on the error–memory map"""
    W = frozen_weights()
    codes, absmax = solution.quantize_nf4(W.flatten(), BLOCK)
    W_hat = solution.dequantize_nf4(codes, absmax, BLOCK).reshape(W.shape)
    place(measure, W, W_hat, bits_of_codes(codes, payload_bytes(absmax)))
