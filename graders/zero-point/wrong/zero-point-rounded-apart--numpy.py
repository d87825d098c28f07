"""The minimum is subtracted first; the zero point is cut to an integer, in numpy."""

import numpy as np
import torch


def quantize_asymmetric(W):
    weights = W.numpy()
    low = np.minimum(weights.min(axis=1), 0)
    scale = (np.maximum(weights.max(axis=1), 0) - low) / np.float32(255)
    step = np.where(scale > 0, scale, 1).astype(np.float32)
    q = np.rint((weights - low[:, None]) / step[:, None]).clip(0, 255).astype(np.uint8)
    return torch.from_numpy(q), torch.from_numpy(scale), torch.from_numpy((-low / step).astype(np.int32))


def dequantize_asymmetric(q, scale, zero_point):
    return (q - zero_point[:, None]) * scale[:, None]
