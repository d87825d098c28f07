"""The norm over the tokens."""


def outlier_features(X, threshold):
    return (X.float().norm(dim=0) > threshold).nonzero().flatten()
