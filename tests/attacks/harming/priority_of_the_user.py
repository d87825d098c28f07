"""Lowers the priority of every process of the same user at once."""
# verdict: passed
# held by: seccomp

import os

try:
    os.setpriority(os.PRIO_USER, 0, os.getpriority(os.PRIO_PROCESS, 0))
    print("SUCCEEDED in setting the user's priority")
except OSError:
    pass


def halve(x):
    return x / 2


def double(x):
    return x * 2
