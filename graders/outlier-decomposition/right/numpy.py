"""numpy with an int32 product: exact as on int8 hardware, but numpy has no fast product of integers."""

import numpy as np
import torch


def split_outliers(X, threshold):
    return torch.from_numpy(np.flatnonzero(np.abs(X.cpu().numpy()).max(axis=0) > threshold))


def quantize(A, axis):
    absmax = np.abs(A).max(axis=axis, keepdims=True)
    absmax[absmax == 0] = 1
    return np.rint(A * (127 / absmax)).astype(np.int8), absmax


def matmul_with_outliers(X, W, threshold):
    outliers = split_outliers(X, threshold).numpy()
    x, w = X.cpu().numpy().copy(), W.cpu().numpy()
    sixteen = x[:, outliers].astype(np.float16) @ w[outliers].astype(np.float16)
    x[:, outliers] = 0
    (q_x, x_absmax), (q_w, w_absmax) = quantize(x, 1), quantize(w, 0)
    product = q_x.astype(np.int32) @ q_w.astype(np.int32)
    return torch.from_numpy((product * (x_absmax * w_absmax / 127**2) + sixteen).astype(np.float32))
