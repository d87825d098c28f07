"""Loops that index tensors one element at a time: the slowest way there is, and still within the budget."""

import torch


def quantize_asymmetric(W):
    q = torch.zeros(W.shape, dtype=torch.uint8)
    scale, zero_point = torch.zeros(len(W)), torch.zeros(len(W), dtype=torch.int32)
    for i in range(len(W)):
        low, high = min(float(W[i].min()), 0.0), max(float(W[i].max()), 0.0)
        scale[i] = (high - low) / 255
        step = float(scale[i]) or 1.0
        zero_point[i] = round(-low / step)
        for j in range(W.shape[1]):
            q[i, j] = min(255, max(0, round(float(W[i, j]) / step) + int(zero_point[i])))
    return q, scale, zero_point


def dequantize_asymmetric(q, scale, zero_point):
    return torch.stack([(q[i].float() - zero_point[i]) * scale[i] for i in range(len(q))])
