"""Columns with the largest diagonal first, groups and scales as they stand in W: often a little better."""

import torch


def gptq(W, H, bits, group_size):
    columns = W.shape[1]
    low, high = [], []
    for piece in W.split(group_size, dim=1):
        low.append(piece.amin(dim=1).clamp(max=0))
        high.append(piece.amax(dim=1).clamp(min=0))
    low, high = torch.stack(low, dim=1), torch.stack(high, dim=1)
    scale = (high - low) / (2**bits - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    zero = torch.round(-low / scale)

    order = torch.argsort(torch.diag(H), descending=True)
    left = W[:, order]
    H = H[order][:, order] + 0.05 * H.diagonal().mean() * torch.eye(columns, device=H.device)
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)
    W_hat = torch.zeros_like(W)
    for j, column in enumerate(order.tolist()):
        s, z = scale[:, column // group_size], zero[:, column // group_size]
        q = s * (torch.clamp(torch.round(left[:, j] / s) + z, 0, 2**bits - 1) - z)
        W_hat[:, column] = q
        left[:, j:] -= torch.outer((left[:, j] - q) / U[j, j], U[j, j:])
    return W_hat
