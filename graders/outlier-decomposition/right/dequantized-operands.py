"""Both operands go to int8 and back before the product: the same result, but no integer product is left."""

import torch


def split_outliers(X, threshold):
    largest, _ = X.abs().max(dim=0)
    return torch.arange(X.shape[1], device=X.device)[largest > threshold]


def round_trip(A, dim):
    scale = A.abs().amax(dim=dim, keepdim=True) / 127
    return (A / scale).nan_to_num(0.0).round().to(torch.int8).float() * scale


def matmul_with_outliers(X, W, threshold):
    outliers = split_outliers(X, threshold)
    regular, rest = X.clone(), W.clone()
    regular[:, outliers] = 0
    rest[outliers] = 0
    return round_trip(regular, 1) @ round_trip(rest, 0) + X[:, outliers] @ W[outliers]
