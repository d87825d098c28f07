"""In logarithms, where the exponents are weights of a mean; a floor stands for log 0."""

import torch


def smoothing_scales(x_absmax, w_absmax, alpha):
    x, w = x_absmax.clamp(min=1e-12).log(), w_absmax.clamp(min=1e-12).log()
    return torch.exp(alpha * x - (1 - alpha) * w).clamp(1e-6, 1e6)


def smooth(X, W, s):
    return X * (-s.log()).exp(), W * s.log().exp().unsqueeze(1)
