"""numpy throughout: the same arithmetic; costs a conversion at the border, gains nothing on a GPU."""

import numpy as np
import torch


def quantize_asymmetric(W):
    weights = W.cpu().numpy()
    low = np.minimum(weights.min(axis=1, keepdims=True), np.float32(0))
    high = np.maximum(weights.max(axis=1, keepdims=True), np.float32(0))
    scale = (high - low) / np.float32(255)
    divisor = np.where(scale == 0, np.float32(1), scale)
    zero_point = np.rint(-low / divisor).astype(np.int32)
    q = np.clip(np.rint(weights / divisor) + zero_point, 0, 255).astype(np.uint8)
    return torch.from_numpy(q), torch.from_numpy(scale), torch.from_numpy(zero_point)


def dequantize_asymmetric(q, scale, zero_point):
    steps = q.numpy().astype(np.int32) - zero_point.numpy()
    return torch.from_numpy(steps.astype(np.float32) * scale.numpy())
