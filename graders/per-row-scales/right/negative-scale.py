"""Codes with the other sign and negative scales: the signs cancel, at no cost but the reader's surprise."""

import torch


def quantize_rows(W):
    scale = -W.abs().amax(dim=1) / 127
    q = torch.zeros_like(W, dtype=torch.int8)
    live = scale != 0
    q[live] = torch.round(W[live] / scale[live, None]).to(torch.int8)
    return q, scale


def dequantize_rows(q, scale):
    return q.to(torch.float32).mul(scale[:, None])
