"""Indices into the flattened matrix."""


def outlier_features(X, threshold):
    return (X.flatten().abs() > threshold).nonzero().flatten()
