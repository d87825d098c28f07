"""Stops itself (SIGSTOP), so that it neither computes nor ends."""
# verdict: passed | failed | error | timeout

import os
import signal


def halve(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x / 2


def double(x):
    return x * 2
