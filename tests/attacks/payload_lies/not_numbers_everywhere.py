"""Returns right forms full of NaN and infinity, which break comparisons and arithmetic alike."""
# exercise: per-row-scales
# verdict: failed

import torch


def quantize_rows(W):
    return torch.full(W.shape, -128, dtype=torch.int8), torch.full((W.shape[0],), float("nan"))


def dequantize_rows(q, scale):
    result = torch.full(q.shape, float("nan"))
    result[:, ::2] = float("inf")
    return result
