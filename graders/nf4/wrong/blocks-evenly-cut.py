"""tensor_split into the right number of blocks."""

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    blocks = torch.tensor_split(W, -(-len(W) // block_size))
    absmax = torch.stack([block.abs().max() for block in blocks])
    table = levels()
    borders = (table[1:] + table[:-1]) / 2
    x = [b / (a if a > 0 else 1.0) for b, a in zip(blocks, absmax, strict=True)]
    return torch.cat([torch.bucketize(one, borders) for one in x]).to(torch.uint8), absmax


def dequantize_nf4(codes, absmax, block_size):
    table = levels()
    blocks = torch.tensor_split(codes, len(absmax))
    return torch.cat([table[b.long()] * a for b, a in zip(blocks, absmax, strict=True)])
