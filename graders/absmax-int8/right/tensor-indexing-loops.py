"""Loops that index tensors one element at a time: the slowest way there is, and still within the budget."""

import torch


def quantize(W):
    q = torch.zeros(W.shape, dtype=torch.int8)
    scale = W.abs().max() / 127
    step = float(scale) or 1.0
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            q[i, j] = round(float(W[i, j]) / step)
    return q, scale


def dequantize(q, scale):
    return torch.stack([row.float() * scale for row in q])
