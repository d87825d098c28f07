"""How large each column gets, where it gets too large."""


def outlier_features(X, threshold):
    largest = X.abs().amax(dim=0)
    return largest[largest > threshold]
