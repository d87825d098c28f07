import torch


def awq_scales(W, X, bits, group_size):
    size = X.abs().mean(dim=0).clamp(min=1e-5)
    candidates = [size ** (k / 20) for k in range(20)]
    losses = [(X @ (W - apply_awq(W, s, bits, group_size)).T).square().sum() for s in candidates]
    return candidates[int(torch.stack(losses).argmin())]


def apply_awq(W, s, bits, group_size):
    V = W * s
    for k in range(W.shape[1] // group_size):
        group = V[:, k * group_size : (k + 1) * group_size]
        step = group.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        group.copy_((group / torch.where(step > 0, step, 1.0)).round() * step)
    return V / s
