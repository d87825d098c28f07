"""So many standard deviations."""


def outlier_features(X, threshold):
    X = X.float()
    return ((X - X.mean()).abs() > threshold * X.std()).any(dim=0).nonzero().flatten()
