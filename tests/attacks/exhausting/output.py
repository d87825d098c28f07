"""Prints 20 MB from each process."""
# verdict: passed

import sys

for _ in range(200):
    sys.stdout.write("x" * 100_000)
    sys.stderr.write("\n")


def halve(x):
    return x / 2


def double(x):
    return x * 2
