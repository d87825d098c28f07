"""Every weight against all sixteen levels, in float32: no borders to think of, and 128 bytes a weight on the way."""

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    n = len(W)
    x = torch.zeros(-(-n // block_size) * block_size)
    x[:n] = W
    x = x.reshape(-1, block_size)
    absmax = x.abs().max(dim=1, keepdim=True).values
    x = (x / torch.where(absmax == 0, 1, absmax)).flatten()[:n]
    return (x[:, None] - levels()).abs().argmin(dim=1).to(torch.uint8), absmax


def dequantize_nf4(codes, absmax, block_size):
    place = torch.arange(len(codes)) // block_size
    return levels()[codes.int()] * absmax.flatten()[place]
