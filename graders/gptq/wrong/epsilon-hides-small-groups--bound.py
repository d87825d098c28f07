"""The scale is at least a thousandth."""

import torch


def gptq(W, H, bits, group_size):
    columns = W.shape[1]
    most = 2 ** (bits - 1) - 1
    W, W_hat = W.clone(), torch.zeros_like(W)
    H = H + 0.01 * H.diagonal().mean() * torch.eye(columns)
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)
    for j in range(columns):
        if j % group_size == 0:
            scale = W[:, j : j + group_size].abs().amax(dim=1) / most
            scale = scale.clamp(min=1e-3)
            divisor = scale
        W_hat[:, j] = (W[:, j] / divisor).round().clamp(-most, most) * scale
        error = (W[:, j] - W_hat[:, j]) / U[j, j]
        W[:, j + 1 :] -= error[:, None] * U[j, j + 1 :]
    return W_hat
