"""Sixteen passes that keep the nearest level so far: little memory, any table; W itself is used as scratch."""

import torch

OFFSET = 0.9677083


def levels():
    def quantile(p):
        return 2**0.5 * torch.erfinv(2 * p - 1)

    positive = quantile(torch.linspace(OFFSET, 0.5, 9, dtype=torch.float64))
    negative = -quantile(torch.linspace(OFFSET, 0.5, 8, dtype=torch.float64))
    return torch.cat([negative[:7], positive.flip(0)]) / positive[0]


def quantize_nf4(W, block_size):
    absmax = [block.abs().max() for block in W.split(block_size)]
    for block, largest in zip(W.split(block_size), absmax, strict=True):
        block /= largest if largest > 0 else 1
    best, codes = torch.full_like(W, 9.0), torch.zeros(len(W), dtype=torch.uint8)
    for code, level in enumerate(levels().tolist()):
        distance = (W - level).abs()
        codes[distance < best] = code
        best = torch.minimum(best, distance)
    return codes, torch.stack(absmax).to(torch.bfloat16)


def dequantize_nf4(codes, absmax, block_size):
    W = levels().float()[codes.long()]
    for block, largest in zip(W.split(block_size), absmax.float(), strict=True):
        block *= largest
    return W.requires_grad_()
