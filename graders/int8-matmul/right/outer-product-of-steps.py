"""One outer product of the steps, codes to 127.5 and X changed in place; a matrix of steps is kept."""

import torch


def int_product(qx, qw):
    return torch.mm(qx.double(), qw.double()).to(torch.int32)


def int8_matmul(qx, sx, qw, sw):
    steps = sx.reshape(-1, 1) @ sw.reshape(1, -1)
    return (int_product(qx, qw) * steps).float().requires_grad_()


def int8_linear(X, qw, sw):
    step = X.double().abs().max(dim=1).values / 127.5
    X /= step.clamp(min=1e-30).float().unsqueeze(1)
    return int8_matmul(X.round_().clamp_(-128, 127).to(torch.int8), step.float(), qw, sw)
