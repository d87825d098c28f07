"""The whole row of the inverse corrects the whole matrix, in place."""

import torch


def gptq(W, H, bits, group_size):
    most = 2 ** (bits - 1) - 1
    W = W.clone()
    inverse = torch.linalg.inv(H + 0.01 * H.diagonal().mean() * torch.eye(len(H)))
    for j in range(W.shape[1]):
        if j % group_size == 0:
            scale = W[:, j : j + group_size].abs().amax(dim=1) / most
            divisor = torch.where(scale > 0, scale, 1.0)
        rounded = (W[:, j] / divisor).round().clamp(-most, most) * scale
        error = (W[:, j] - rounded) / inverse[j, j]
        W -= error[:, None] * inverse[j]
        W[:, j] = rounded
    return W
