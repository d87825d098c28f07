"""Codes with the other sign and a negative scale: the signs cancel, at no cost but the reader's surprise."""

import torch


def quantize(W):
    scale = -W.abs().max() / 127
    q = torch.round(W / scale) if scale < 0 else torch.zeros_like(W)
    return q.to(torch.int8), scale


def dequantize(q, scale):
    return q.float() * scale
