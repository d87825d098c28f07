"""So many times the mean magnitude."""


def outlier_features(X, threshold):
    magnitude = X.float().abs()
    return (magnitude > threshold * magnitude.mean()).any(dim=0).nonzero().flatten()
