"""Plain loops over numbers: nothing to broadcast, zero points become int64; hundreds of times slower."""

import torch


def quantize_asymmetric(W):
    codes, scales, zero_points = [], [], []
    for row in W.tolist():
        low, high = min(*row, 0.0), max(*row, 0.0)
        scale = (high - low) / 255
        zero_point = round(-low / scale) if scale else 0
        codes.append([min(255, max(0, round(w / scale) + zero_point)) if scale else 0 for w in row])
        scales.append(scale)
        zero_points.append(zero_point)
    return torch.tensor(codes, dtype=torch.uint8), torch.tensor(scales), torch.tensor(zero_points)


def dequantize_asymmetric(q, scale, zero_point):
    rows = zip(q.tolist(), scale.tolist(), zero_point.tolist(), strict=True)
    return torch.tensor([[(code - z) * s for code in row] for row, s, z in rows], dtype=torch.float32)
