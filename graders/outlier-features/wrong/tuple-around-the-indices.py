"""where returns a tuple."""

import torch


def outlier_features(X, threshold):
    return torch.where((X.abs() > threshold).any(dim=0))
