"""The argument itself is changed, which saves a copy of W; only right where the caller is done with it."""

import torch


def quantize(W):
    scale = W.abs().max().div_(127)
    W.div_(scale.clamp(min=1e-30)).round_()
    return W.to(torch.int8), scale.requires_grad_()


def dequantize(q, scale):
    return q * scale
