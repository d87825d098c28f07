import torch
from torch.nn.functional import pad


def int_product(qx, qw):
    t, h = qx.shape
    x = pad(qx, (0, -h % 8, 0, max(0, 17 - t)))
    w = pad(qw, (0, -qw.shape[1] % 8, 0, -h % 8))
    return torch._int_mm(x, w)


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw)[: qx.shape[0], : qw.shape[1]] * sx[:, None] * sw


def int8_linear(X, qw, sw):
    sx = X.abs().amax(dim=1) / 127
    qx = (X / torch.where(sx > 0, sx, 1.0)[:, None]).round().to(torch.int8)
    return int8_matmul(qx, sx, qw, sw)
