import torch


def smoothing_scales(x_absmax, w_absmax, alpha):
    s = x_absmax**alpha / w_absmax ** (1 - alpha)
    return torch.where((x_absmax > 0) & (w_absmax > 0), s, 1.0)


def smooth(X, W, s):
    X, W = X / s, W * s[:, None]
    x_scale = X.abs().amax(dim=1, keepdim=True).clamp(min=1e-9) / 127
    w_scale = W.abs().amax(dim=0, keepdim=True).clamp(min=1e-9) / 127
    return (X / x_scale).round() * x_scale, (W / w_scale).round() * w_scale
