"""Breaks the builtins that the worker's own code stands on."""
# verdict: error

import builtins


def halve(x):
    builtins.isinstance = lambda *arguments: True
    builtins.type = lambda *arguments: str
    builtins.len = lambda *arguments: 0
    builtins.str = None
    return x


def double(x):
    return x
