"""Installs a trace function that changes the worker's local variables as it answers."""
# verdict: failed | error

import sys


def trace(frame, event, argument):
    if frame.f_code.co_name in ("encode", "_encode", "send"):
        frame.f_locals["value"] = None
    return trace


def halve(x):
    sys.settrace(trace)
    return x


def double(x):
    return x
