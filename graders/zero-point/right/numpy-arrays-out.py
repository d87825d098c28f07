"""numpy arrays are returned as they are, with uint8 zero points: fewer lines, but they leave the GPU for good."""

import numpy as np


def quantize_asymmetric(W):
    weights = np.asarray(W)
    low, high = np.minimum(weights.min(axis=1), 0), np.maximum(weights.max(axis=1), 0)
    scale = (high - low) / np.float32(255)
    divisor = np.where(scale > 0, scale, np.float32(1))
    zero_point = np.rint(-low / divisor).astype(np.uint8)
    q = np.rint(weights / divisor[:, None]) + zero_point[:, None]
    return q.clip(0, 255).astype(np.uint8), scale, zero_point


def dequantize_asymmetric(q, scale, zero_point):
    steps = np.asarray(q, dtype=np.float32) - np.reshape(zero_point, (-1, 1))
    return steps * np.reshape(scale, (-1, 1))
