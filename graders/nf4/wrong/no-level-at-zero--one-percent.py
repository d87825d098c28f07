"""The quantiles of sixteen probabilities from 0.01 to 0.99."""

import torch


def levels():
    table = torch.special.ndtri(torch.linspace(0.01, 0.99, 16))
    return table / table.max()


def quantize_nf4(W, block_size):
    n = len(W)
    blocks = torch.nn.functional.pad(W, (0, -n % block_size)).view(-1, block_size)
    absmax = blocks.abs().amax(dim=1)
    x = blocks / torch.where(absmax > 0, absmax, 1.0)[:, None]
    table = levels()
    codes = torch.bucketize(x, (table[1:] + table[:-1]) / 2)
    return codes.flatten()[:n].to(torch.uint8), absmax


def dequantize_nf4(codes, absmax, block_size):
    return levels()[codes.long()] * absmax.repeat_interleave(block_size)[: len(codes)]
