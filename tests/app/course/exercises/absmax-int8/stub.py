"""int8 with one scale"""

import torch


def quantize(W):
    """Codes and the scale."""
    raise NotImplementedError
