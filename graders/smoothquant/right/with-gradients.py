"""Both as parameters of a graph: the results ask for gradients, which nobody takes here."""

import torch


def smoothing_scales(x_absmax, w_absmax, alpha):
    x, w = x_absmax.clone().requires_grad_(), w_absmax.clone().requires_grad_()
    live = (x > 0) & (w > 0)
    return torch.where(live, x, 1.0) ** alpha / torch.where(live, w, 1.0) ** (1.0 - alpha)


def smooth(X, W, s):
    X, W = torch.nn.Parameter(X), torch.nn.Parameter(W)
    return X / s, W * s[:, None]
