"""Raises through ten thousand frames of its own."""
# verdict: error
# says: too far

import sys

sys.setrecursionlimit(20_000)


def down(depth):
    if depth == 0:
        raise ValueError("too far")
    down(depth - 1)


def halve(x):
    down(10_000)


def double(x):
    return x * 2
