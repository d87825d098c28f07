"""From the smallest to the largest weight of each group, all codes used: smaller steps, and a minimum to store."""

import torch


def gptq(W, H, bits, group_size):
    W.requires_grad_(False)
    H.diagonal().add_(0.1 * H.diagonal().mean())
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)
    pieces = []
    for start in range(0, W.shape[1], group_size):
        stop = min(start + group_size, W.shape[1])
        low, high = W[:, start:stop].aminmax(dim=1)
        step = (high - low) / (2**bits - 1)
        step = torch.where(step > 0, step, 1.0)
        for j in range(start, stop):
            q = torch.round((W[:, j] - low) / step).clamp(0, 2**bits - 1) * step + low
            pieces.append(q)
            W[:, j + 1 :].sub_(torch.outer((W[:, j] - q) / U[j, j], U[j, j + 1 :]))
    return torch.stack(pieces, dim=1).requires_grad_()
