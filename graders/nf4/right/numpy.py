"""In numpy and float64, the published constants rounded to four digits; a block at a time, absmax as float16."""

import numpy as np

BELOW = [-1.0, -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911]
ABOVE = [0.0796, 0.1609, 0.2461, 0.3379, 0.4407, 0.5626, 0.7230, 1.0]
LEVELS = np.array([*BELOW, 0.0, *ABOVE])


def quantize_nf4(W, block_size):
    W = np.asarray(W, dtype=np.float64)
    absmax = np.array([np.abs(W[i : i + block_size]).max() for i in range(0, len(W), block_size)])
    absmax = absmax.astype(np.float16)
    scale = np.repeat(np.where(absmax > 0, absmax, 1).astype(np.float64), block_size)[: len(W)]
    codes = np.searchsorted((LEVELS[1:] + LEVELS[:-1]) / 2, W / scale)
    return codes.astype(np.uint8), absmax


def dequantize_nf4(codes, absmax, block_size):
    codes, absmax = np.asarray(codes), np.asarray(absmax).astype(np.float32)
    return (LEVELS[codes] * np.repeat(absmax, block_size)[: len(codes)]).astype(np.float32)
