"""Loops that index tensors one element at a time: the slowest way there is, and still within the budget."""

import torch


def quantize_groups(W, group_size):
    rows, columns = W.shape
    q, scale = torch.zeros(rows, columns, dtype=torch.int8), torch.zeros(rows, -(-columns // group_size))
    for i in range(rows):
        for k in range(scale.shape[1]):
            scale[i, k] = W[i, k * group_size : (k + 1) * group_size].abs().max() / 7
        for j in range(columns):
            step = float(scale[i, j // group_size]) or 1.0
            q[i, j] = round(float(W[i, j]) / step)
    return q, scale


def dequantize_groups(q, scale, group_size):
    W_hat = q.float()
    for k in range(scale.shape[1]):
        W_hat[:, k * group_size : (k + 1) * group_size] *= scale[:, k : k + 1]
    return W_hat
