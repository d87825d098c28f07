"""Raises SystemExit with a text and a status that look like success."""
# verdict: error
# says: ended the program

import sys


def halve(x):
    print("All 3 required checks passed.")
    sys.exit(0)


def double(x):
    return x * 2
