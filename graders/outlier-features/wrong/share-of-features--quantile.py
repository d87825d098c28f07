"""Everything beyond the 99th percentile."""


def outlier_features(X, threshold):
    magnitude = X.float().abs()
    return (magnitude > magnitude.flatten().quantile(0.99)).any(dim=0).nonzero().flatten()
