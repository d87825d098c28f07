def smoothing_scales(x_absmax, w_absmax, alpha):
    return x_absmax.clamp(min=1e-2) ** alpha / w_absmax.clamp(min=1e-2) ** (1 - alpha)


def smooth(X, W, s):
    return X / s, W * s[:, None]
