"""Changes its arguments in place: no second copy of W."""


def smoothing_scales(x_absmax, w_absmax, alpha):
    dead = (x_absmax == 0) | (w_absmax == 0)
    x_absmax.masked_fill_(dead, 1.0).pow_(alpha)
    w_absmax.masked_fill_(dead, 1.0).pow_(1 - alpha)
    return x_absmax.div_(w_absmax)


def smooth(X, W, s):
    return X.div_(s), W.mul_(s.view(-1, 1))
