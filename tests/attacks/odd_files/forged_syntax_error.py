"""Raises a SyntaxError with made-up places and megabytes of text."""
# verdict: error


def halve(x):
    raise SyntaxError("\x1b[31m" * 1000, ("halve.py", 10**9, -1, "x" * 5_000_000, 3, 4))


def double(x):
    return x * 2
