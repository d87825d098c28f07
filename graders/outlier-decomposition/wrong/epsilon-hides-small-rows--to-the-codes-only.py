"""A constant is added to what is divided by, and not to what is multiplied by."""


def split_outliers(X, threshold):
    return (X.abs() > threshold).any(dim=0).nonzero().flatten()


def to_int8(A, dim):
    scale = A.abs().amax(dim=dim, keepdim=True) / 127
    return (A / (scale + 1e-4)).round(), scale


def matmul_with_outliers(X, W, threshold):
    outliers = split_outliers(X, threshold)
    regular = X.clone()
    regular[:, outliers] = 0.0
    x_codes, x_scale = to_int8(regular, 1)
    w_codes, w_scale = to_int8(W, 0)
    int8_part = (x_codes @ w_codes) * x_scale * w_scale
    return int8_part + X[:, outliers] @ W[outliers]
