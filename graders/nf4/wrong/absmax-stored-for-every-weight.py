"""absmax repeated before it is stored."""

import torch


def levels():
    def quantiles(count):
        return torch.special.ndtri(torch.linspace(0.9677083, 0.5, count + 1, dtype=torch.float64)[:-1])

    table = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return (table / table.max()).float()


def quantize_nf4(W, block_size):
    n = len(W)
    blocks = torch.nn.functional.pad(W, (0, -n % block_size)).view(-1, block_size)
    absmax = blocks.abs().amax(dim=1)
    x = blocks / torch.where(absmax > 0, absmax, 1.0)[:, None]
    table = levels()
    codes = torch.bucketize(x, (table[1:] + table[:-1]) / 2)
    return codes.flatten()[:n].to(torch.uint8), absmax.repeat_interleave(block_size)[:n]


def dequantize_nf4(codes, absmax, block_size):
    return levels()[codes.long()] * absmax
