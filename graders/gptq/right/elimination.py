"""The inverse without each rounded column by one step of elimination: no Cholesky, twice the work of it."""

import torch


def gptq(W, H, bits, group_size):
    W = W.double()
    columns = W.shape[1]
    P = torch.linalg.inv(
        H.double() + 0.01 * H.double().trace() / columns * torch.eye(columns, device=H.device)
    )
    for j in range(columns):
        if j % group_size == 0:
            step = W[:, j : j + group_size].abs().amax(dim=1) / (2 ** (bits - 1) - 1)
            step[step == 0] = 1
        q = (W[:, j] / step).round().clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * step
        # Where a column has been eliminated P is zero but for rounding errors, so that it stays as it is.
        W = W - torch.outer((W[:, j] - q) / P[j, j], P[j])
        P = P - torch.outer(P[:, j], P[j]) / P[j, j]
        W[:, j] = q
    return W.float()
