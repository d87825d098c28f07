"""numpy throughout: the same arithmetic; costs a conversion at the border, gains nothing on a GPU."""

import numpy as np
import torch


def int_product(qx, qw):
    return torch.from_numpy(qx.cpu().numpy().astype(np.int32) @ qw.cpu().numpy().astype(np.int32))


def int8_matmul(qx, sx, qw, sw):
    steps = np.outer(sx.cpu().numpy(), sw.cpu().numpy())
    return (int_product(qx, qw).numpy() * steps).astype(np.float32)


def int8_linear(X, qw, sw):
    X = X.cpu().numpy()
    sx = np.abs(X).max(axis=1) / np.float32(127)
    qx = np.rint(X / np.where(sx > 0, sx, 1)[:, None]).astype(np.int8)
    return int8_matmul(torch.from_numpy(qx), torch.from_numpy(sx), qw, sw)
