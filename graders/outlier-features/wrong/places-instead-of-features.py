"""Pairs of token and feature."""


def outlier_features(X, threshold):
    return (X.abs() > threshold).nonzero()
