"""Returns a tensor larger than what may cross, expanded from one number."""
# verdict: error
# says: may cross

import torch


def halve(x):
    return torch.zeros(1).expand(1 << 40)


def double(x):
    return x * 2
