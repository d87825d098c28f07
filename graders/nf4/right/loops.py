"""One weight at a time in plain Python, with the standard library's quantiles and bisect; a hundred times slower."""

from bisect import bisect
from itertools import pairwise
from statistics import NormalDist

import torch


def levels():
    def quantiles(count):
        step = (0.9677083 - 0.5) / count
        return [NormalDist().inv_cdf(0.9677083 - k * step) for k in range(count)]

    positive, negative = quantiles(8), quantiles(7)
    return [level / positive[0] for level in [-q for q in negative] + [0.0] + positive[::-1]]


def quantize_nf4(W, block_size):
    table = levels()
    borders = [(a + b) / 2 for a, b in pairwise(table)]
    weights, codes, absmaxes = W.tolist(), [], []
    for start in range(0, len(weights), block_size):
        block = weights[start : start + block_size]
        absmax = max(abs(w) for w in block)
        absmaxes.append(absmax)
        codes.extend(bisect(borders, w / absmax) if absmax else 7 for w in block)
    return torch.tensor(codes, dtype=torch.uint8), torch.tensor(absmaxes)


def dequantize_nf4(codes, absmax, block_size):
    table, absmaxes = levels(), absmax.tolist()
    weights = [table[code] * absmaxes[place // block_size] for place, code in enumerate(codes.tolist())]
    return torch.tensor(weights, dtype=torch.float32)
