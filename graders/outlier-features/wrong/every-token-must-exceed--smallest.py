"""The smallest magnitude of a column."""


def outlier_features(X, threshold):
    return (X.abs().amin(dim=0) > threshold).nonzero().flatten()
