"""Ends with status 0 inside the call that is judged."""
# verdict: error
# says: ended itself

import os


def halve(x):
    os._exit(0)


def double(x):
    return x * 2
