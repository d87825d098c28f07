"""Recurses without an end, with Python's own limit taken away."""
# verdict: error

import sys

sys.setrecursionlimit(10**8)


def halve(x):
    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep()) and halve(x)


def double(x):
    return x * 2
