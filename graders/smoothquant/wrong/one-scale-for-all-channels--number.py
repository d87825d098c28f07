"""A plain number."""


def smoothing_scales(x_absmax, w_absmax, alpha):
    return float(x_absmax.max()) ** alpha / float(w_absmax.max()) ** (1 - alpha)


def smooth(X, W, s):
    return X / s, W * s[:, None]
