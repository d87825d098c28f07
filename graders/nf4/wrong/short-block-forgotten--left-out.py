"""Only full blocks are counted."""

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    blocks = max(1, len(W) // block_size)
    absmax = torch.stack([W[k * block_size : (k + 1) * block_size].abs().max() for k in range(blocks)])
    scale = torch.where(absmax > 0, absmax, 1.0)[(torch.arange(len(W)) // block_size).clamp(max=blocks - 1)]
    table = levels()
    return torch.bucketize(W / scale, (table[1:] + table[:-1]) / 2).to(torch.uint8), absmax


def dequantize_nf4(codes, absmax, block_size):
    place = (torch.arange(len(codes)) // block_size).clamp(max=len(absmax) - 1)
    return levels()[codes.long()] * absmax[place]
