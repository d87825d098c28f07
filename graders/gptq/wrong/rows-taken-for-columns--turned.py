"""W is taken as [inputs, outputs], and H does not fit."""

import torch


def gptq(W, H, bits, group_size):
    most = 2 ** (bits - 1) - 1
    W, W_hat = W.T.clone(), torch.zeros_like(W.T)
    rows = W.shape[1]
    U = torch.linalg.cholesky(
        torch.linalg.inv(H + 0.01 * H.diagonal().mean() * torch.eye(len(H))), upper=True
    )
    for j in range(rows):
        scale = W[:, j].abs().max() / most
        W_hat[:, j] = (W[:, j] / scale).round() * scale
        W -= torch.outer((W[:, j] - W_hat[:, j]) / U[j, j], U[j])
    return W_hat.T
