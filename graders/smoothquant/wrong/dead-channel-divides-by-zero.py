def smoothing_scales(x_absmax, w_absmax, alpha):
    return x_absmax**alpha / w_absmax ** (1 - alpha)


def smooth(X, W, s):
    return X / s, W * s[:, None]
