"""torch.where of a matrix: tokens, and features."""

import torch


def outlier_features(X, threshold):
    return torch.where(X.abs() > threshold)
