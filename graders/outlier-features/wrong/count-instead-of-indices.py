"""How many there are."""


def outlier_features(X, threshold):
    return int((X.abs() > threshold).any(dim=0).sum())
