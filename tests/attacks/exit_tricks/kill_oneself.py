"""Kills itself, or goes on where that is ignored, with a wrong answer."""
# verdict: failed | error

import os
import signal


def halve(x):
    os.kill(os.getpid(), signal.SIGKILL)
    return x


def double(x):
    return x
