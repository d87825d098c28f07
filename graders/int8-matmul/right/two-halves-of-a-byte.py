"""High and low halves of the codes: their float32 sums stay below 2^24; four products for one."""

import torch


def int_product(qx, qw):
    high, low = qx >> 4, qx & 15
    top, rest = qw >> 4, qw & 15

    def multiplied(a, b):
        return (a.float() @ b.float()).int()

    outer = 256 * multiplied(high, top)
    return outer + 16 * (multiplied(high, rest) + multiplied(low, top)) + multiplied(low, rest)


def int8_matmul(qx, sx, qw, sw):
    return int_product(qx, qw) * sx[:, None] * sw


def int8_linear(X, qw, sw):
    sx = X.abs().amax(dim=1) / 127
    qx = (X / torch.where(sx > 0, sx, 1.0)[:, None]).round().to(torch.int8)
    return int8_matmul(qx, sx, qw, sw)
