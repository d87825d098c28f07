"""torch._int_mm as it is where it takes the sizes, which is always on a CPU; float64 elsewhere."""

import torch


def int_product(qx, qw):
    t, h = qx.shape
    if qx.is_cuda and (t <= 16 or h % 8 or qw.shape[1] % 8):
        return (qx.double() @ qw.double()).int()
    return torch._int_mm(qx.contiguous(), qw.contiguous())


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    sx = X.abs().amax(dim=1) / 127
    qx = (X / torch.where(sx > 0, sx, 1.0)[:, None]).round().to(torch.int8)
    return int8_matmul(qx, sx, qw, sw)
