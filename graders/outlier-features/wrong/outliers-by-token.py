"""any over dimension 1."""


def outlier_features(X, threshold):
    return (X.abs() > threshold).any(dim=1).nonzero().flatten()
