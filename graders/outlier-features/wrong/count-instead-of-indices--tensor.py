"""How many there are, as a tensor."""


def outlier_features(X, threshold):
    return (X.abs() > threshold).any(dim=0).sum()
