"""The scales come from a view in groups."""

import torch


def gptq(W, H, bits, group_size):
    most = 2 ** (bits - 1) - 1
    group_size = min(group_size, W.shape[1])
    scales = W.reshape(len(W), -1, group_size).abs().amax(dim=2) / most
    W, W_hat = W.clone(), torch.zeros_like(W)
    U = torch.linalg.cholesky(
        torch.linalg.inv(H + 0.01 * H.diagonal().mean() * torch.eye(len(H))), upper=True
    )
    for j in range(W.shape[1]):
        scale = scales[:, j // group_size]
        W_hat[:, j] = (W[:, j] / torch.where(scale > 0, scale, 1.0)).round().clamp(-most, most) * scale
        W[:, j + 1 :] -= ((W[:, j] - W_hat[:, j]) / U[j, j])[:, None] * U[j, j + 1 :]
    return W_hat
