"""absmax is stored, as bitsandbytes does: exact to look at; the division by 127 moves to the way back."""

import torch


def quantize(W):
    absmax = W.abs().max()
    q = (W * (127 / absmax.clamp(min=1e-30))).round()
    return q.to(torch.int8), absmax


def dequantize(q, absmax):
    return q.float() / 127 * absmax
