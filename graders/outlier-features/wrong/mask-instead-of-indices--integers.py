"""The mask as integers."""


def outlier_features(X, threshold):
    return (X.abs() > threshold).any(dim=0).long()
