"""The majority of the tokens decides."""


def outlier_features(X, threshold):
    beyond = X.abs() > threshold
    return (2 * beyond.sum(dim=0) > len(X)).nonzero().flatten()
