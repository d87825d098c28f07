"""The paper's criterion for emergent features: 6 % of the tokens."""


def outlier_features(X, threshold):
    return ((X.abs() > threshold).float().mean(dim=0) >= 0.06).nonzero().flatten()
