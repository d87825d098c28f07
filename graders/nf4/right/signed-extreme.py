"""The weight of largest magnitude is stored with its sign, so that the side with eight levels is where it lies."""

from itertools import pairwise

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    n = W.shape[0]
    padding = torch.zeros((-n) % block_size)
    blocks = torch.cat([W, padding]).reshape(-1, block_size)
    extreme = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    x = blocks / extreme.where(extreme != 0, torch.ones(()))
    table = levels()
    codes = torch.zeros(x.shape, dtype=torch.uint8)
    for low, high in pairwise(table):
        codes += x > (low + high) / 2
    return codes.view(-1)[:n], extreme[:, 0]


def dequantize_nf4(codes, absmax, block_size):
    scale = absmax.unsqueeze(1).expand(-1, block_size).reshape(-1)[: codes.numel()]
    return levels().index_select(0, codes.to(torch.int64)) * scale
