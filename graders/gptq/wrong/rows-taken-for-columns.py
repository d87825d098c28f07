"""The rows are rounded one after another, each with its scales."""

import torch


def gptq(W, H, bits, group_size):
    most = 2 ** (bits - 1) - 1
    W, W_hat = W.clone(), torch.zeros_like(W)
    U = torch.linalg.cholesky(
        torch.linalg.inv(H + 0.01 * H.diagonal().mean() * torch.eye(len(H))), upper=True
    )
    for j in range(len(W)):
        for start in range(0, W.shape[1], group_size):
            piece = W[j, start : start + group_size]
            scale = piece.abs().max() / most
            if scale > 0:
                W_hat[j, start : start + group_size] = (piece / scale).round() * scale
        error = (W[j] - W_hat[j]) / U[j, j]
        W[j + 1 :] -= U[j, j + 1 : len(W)][:, None] * error
    return W_hat
