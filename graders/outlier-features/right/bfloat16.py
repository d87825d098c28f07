"""Compared in bfloat16: half the memory, and its rounding stays inside the 1 % that is kept free."""

import torch


def outlier_features(X, threshold):
    return (X.to(torch.bfloat16).abs() > threshold).any(0).nonzero().view(-1)
