"""The last, short block shares the absmax of the one before."""

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    block_size = min(block_size, len(W))
    full = len(W) // block_size
    absmax = W[: full * block_size].reshape(full, block_size).abs().amax(dim=1)
    last = -(-len(W) // block_size) - full
    absmax = torch.cat([absmax, absmax[-1:].repeat(last)])
    scale = torch.where(absmax > 0, absmax, 1.0).repeat_interleave(block_size)[: len(W)]
    table = levels()
    return torch.bucketize(W / scale, (table[1:] + table[:-1]) / 2).to(torch.uint8), absmax


def dequantize_nf4(codes, absmax, block_size):
    return levels()[codes.long()] * absmax.repeat_interleave(block_size)[: len(codes)]
