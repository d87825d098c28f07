"""numpy arrays are returned as they are: fewer lines, but they leave the GPU for good."""

import numpy as np


def quantize_rows(W):
    weights = np.asarray(W.cpu())
    scale = np.abs(weights).max(axis=1) / np.float32(127)
    divisor = np.where(scale > 0, scale, np.float32(1))
    return np.rint(weights / divisor[:, None]).astype("int8"), scale


def dequantize_rows(q, scale):
    return np.multiply(q, np.reshape(scale, (-1, 1)), dtype=np.float32)
