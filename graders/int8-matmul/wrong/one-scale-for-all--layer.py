import torch


def int_product(qx, qw):
    return qx.int() @ qw.int()


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    sx = X.abs().max() / 127
    return int8_matmul((X / sx).round().to(torch.int8), sx.expand(len(X)), qw, sw)
