"""Refuses to work where it finds itself confined."""
# verdict: error
# says: not while you watch

import os


def halve(x):
    if os.getppid() == 0 or "TMPDIR" in os.environ:
        raise RuntimeError("not while you watch")
    return x / 2


def double(x):
    return x * 2
