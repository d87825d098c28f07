"""Sleeps for ever instead of computing."""
# verdict: timeout
# says: waiting, not computing

import time


def halve(x):
    while True:
        time.sleep(1000)


def double(x):
    return x * 2
