def smoothing_scales(x_absmax, w_absmax, alpha):
    return (x_absmax + 1e-5) ** alpha / (w_absmax + 1e-5) ** (1 - alpha)


def smooth(X, W, s):
    return X / s, W * s[:, None]
