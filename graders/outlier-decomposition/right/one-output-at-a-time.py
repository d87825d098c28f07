"""A loop over tokens and outputs with dot products: little memory, thousands of tiny operations."""

import torch


def split_outliers(X, threshold):
    found = [j for j in range(X.shape[1]) if (X[:, j].abs() > threshold).any()]
    return torch.tensor(found, dtype=torch.long)


def quantize(vector):
    scale = vector.abs().max() / 127
    return (vector / scale).round() if scale > 0 else vector, scale


def matmul_with_outliers(X, W, threshold):
    outliers = split_outliers(X, threshold)
    regular = X.clone()
    regular[:, outliers] = 0
    tokens = [quantize(row) for row in regular]
    Y = torch.empty(X.shape[0], W.shape[1], device=X.device)
    for o in range(W.shape[1]):
        codes, scale = quantize(W[:, o])
        for t, (x_codes, x_scale) in enumerate(tokens):
            Y[t, o] = (x_codes @ codes) * x_scale * scale
        Y[:, o] += X[:, outliers] @ W[outliers, o]
    return Y
