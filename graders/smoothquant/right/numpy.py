"""In numpy, with the zeros replaced before the powers; dead channels come to 1 by themselves."""

import numpy as np
import torch


def smoothing_scales(x_absmax, w_absmax, alpha):
    x, w = x_absmax.numpy(), w_absmax.numpy()
    dead = (x == 0) | (w == 0)
    s = np.where(dead, 1, x) ** alpha / np.where(dead, 1, w) ** (1 - alpha)
    return torch.from_numpy(s.astype(np.float32))


def smooth(X, W, s):
    s = s.numpy()
    return X.numpy() / s, W.numpy() * s[:, np.newaxis]
