"""The largest first."""


def outlier_features(X, threshold):
    largest = X.abs().amax(dim=0)
    order = largest.argsort(descending=True)
    return order[largest[order] > threshold]
