"""The mask itself."""


def outlier_features(X, threshold):
    return (X.abs() > threshold).any(dim=0)
