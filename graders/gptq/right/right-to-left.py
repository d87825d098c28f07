"""From the last column to the first, with the factor of H itself inverted: one inversion less, groups backwards."""

import torch


def gptq(W, H, bits, group_size):
    W = W.clone()
    H = H + 0.02 * H.diagonal().mean() * torch.eye(len(H), device=H.device)
    L = torch.linalg.inv(torch.linalg.cholesky(H))  # H⁻¹ = Lᵀ L
    most = 2 ** (bits - 1) - 1
    group = None
    for j in reversed(range(W.shape[1])):
        if j // group_size != group:
            group = j // group_size
            step = W[:, group * group_size : j + 1].abs().amax(dim=1) / most
            step = torch.where(step == 0, torch.ones_like(step), step)
        rounded = (W[:, j] / step).round().clamp(-most - 1, most) * step
        W[:, :j] -= ((W[:, j] - rounded) / L[j, j])[:, None] * L[j, :j]
        W[:, j] = rounded
    return W
