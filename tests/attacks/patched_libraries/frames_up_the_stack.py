"""Walks up its own stack and rewrites the request that is being answered."""
# verdict: failed | error

import sys


def rewrite():
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if isinstance(value, dict) and "nonce" in value:
                value.update(id=1, nonce="0" * 16, value={"t": "none"})
        frame = frame.f_back


def halve(x):
    rewrite()
    return x / 2


def double(x):
    rewrite()
    return x * 2
