"""The inverse of absmax is stored, so that quantizing multiplies; the codes count down from the largest level."""

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    blocks = W.split(block_size)
    inverse = torch.stack([1 / b.abs().max() if b.any() else torch.tensor(0.0) for b in blocks])
    x = W * inverse.repeat_interleave(block_size)[: len(W)]
    table = levels()
    codes = 15 - torch.searchsorted((table[1:] + table[:-1]) / 2, x.contiguous(), right=True)
    return codes.to(torch.uint8), inverse


def dequantize_nf4(codes, absmax, block_size):
    absmax = torch.where(absmax == 0, 0.0, 1 / absmax)
    return levels().flip(0)[codes.long()] * absmax.repeat_interleave(block_size)[: len(codes)]
