import torch


def int_product(qx, qw):
    return qx.int() @ qw.int()


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None].clamp(min=1e-3) * sw.clamp(min=1e-3)


def int8_linear(X, qw, sw):
    sx = X.abs().amax(dim=1) / 127
    return int8_matmul((X / torch.where(sx > 0, sx, 1.0)[:, None]).round().to(torch.int8), sx, qw, sw)
