"""Finds out in which of the two processes it runs, and is right in one only."""
# verdict: failed

import gc

calls = []


def halve(x):
    calls.append(x)
    return x / 2


def double(x):
    return x * 2 if calls else x * 2 + 1
