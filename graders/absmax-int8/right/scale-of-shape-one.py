"""The dimension is kept, shape [1]: broadcasts as well; everything that prints it shows brackets."""

import torch


def quantize(W):
    scale = W.reshape(-1).abs().amax(dim=0, keepdim=True) / 127
    q = torch.round(W / scale.masked_fill(scale == 0, 1.0)).clamp(-127, 127)
    return [q.char(), scale]


def dequantize(q, scale):
    return torch.mul(q, scale)
