"""In place, with the rounded column corrected as well."""

import torch


def gptq(W, H, bits, group_size):
    most = 2 ** (bits - 1) - 1
    pieces = W.split(group_size, dim=1)
    scales = [piece.abs().amax(dim=1) / most for piece in pieces]
    W = W.clone()
    inverse = torch.linalg.inv(H + 0.01 * H.diagonal().mean() * torch.eye(len(H)))
    for j in range(W.shape[1]):
        scale = scales[j // group_size]
        before = W[:, j].clone()
        W[:, j] = (before / torch.where(scale > 0, scale, 1.0)).round().clamp(-most - 1, most) * scale
        W -= torch.outer((before - W[:, j]) / inverse[j, j], inverse[j])
    return W
