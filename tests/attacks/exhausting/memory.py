"""Takes 1.4 GB where 1 GB is allowed."""
# verdict: resource_limit | timeout

import time

import torch


def halve(x):
    blocks = []
    for _ in range(14):
        blocks.append(torch.ones(25 << 20))
        time.sleep(0.02)
    time.sleep(1)
    return x / 2


def double(x):
    return x * 2
