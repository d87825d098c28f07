"""A numpy array and a numpy number are returned as they are: fewer lines, but they leave the GPU for good."""

import numpy as np


def quantize(W):
    weights = np.asarray(W.cpu(), dtype=np.float64)
    scale = np.abs(weights).max() / 127
    return np.rint(weights / (scale or 1.0)).astype("int8"), scale


def dequantize(q, scale):
    return np.multiply(q, scale, dtype=np.float32)
