"""The reference: the formula as it stands."""

import torch


def quantize(W):
    """Codes and the scale."""
    scale = W.abs().max() / 127
    return torch.round(W / scale).to(torch.int8), scale
