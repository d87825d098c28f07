"""A mask instead of indices: shapes never change, as compilers like; both parts multiply zeros."""

import torch


def split_outliers(X, threshold):
    return torch.where((X.abs() > threshold).any(0))[0]


def matmul_with_outliers(X, W, threshold):
    mask = X.abs().amax(0) > threshold
    zero = X.new_zeros(())
    regular, outlying = torch.where(mask, zero, X), torch.where(mask, X, zero)
    x_steps = 127 / regular.abs().amax(1, keepdim=True).clamp(min=1e-30)
    w_steps = 127 / W.abs().amax(0, keepdim=True).clamp(min=1e-30)
    product = (regular * x_steps).round().double() @ (W * w_steps).round().double()
    return (product / x_steps / w_steps).float() + (outlying.half() @ W.half()).float()
