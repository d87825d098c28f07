"""argmax finds one."""


def outlier_features(X, threshold):
    largest = X.abs().amax(dim=0)
    return largest.argmax().reshape(1)[largest.max().reshape(1) > threshold]
