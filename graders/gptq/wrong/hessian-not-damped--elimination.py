"""Elimination from the plain inverse, in float64."""

import torch


def gptq(W, H, bits, group_size):
    W = W.double()
    P = torch.linalg.inv(H.double())
    for j in range(W.shape[1]):
        if j % group_size == 0:
            step = W[:, j : j + group_size].abs().amax(dim=1) / (2 ** (bits - 1) - 1)
            step[step == 0] = 1
        q = (W[:, j] / step).round().clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * step
        W[:, j:] -= torch.outer((W[:, j] - q) / P[j, j], P[j, j:])
        P = P - torch.outer(P[:, j], P[j]) / P[j, j]
        W[:, j] = q
    return W.float()
