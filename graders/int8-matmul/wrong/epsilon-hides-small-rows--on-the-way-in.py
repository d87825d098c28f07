import torch


def int_product(qx, qw):
    return qx.int() @ qw.int()


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    sx = X.abs().amax(dim=1) / 127
    return int8_matmul((X / (sx[:, None] + 1e-6)).round().to(torch.int8), sx, qw, sw)
