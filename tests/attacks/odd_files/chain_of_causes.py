"""Raises an exception whose chain of causes is ten thousand long and bites its own tail."""
# verdict: error
# says: last


def halve(x):
    first = error = ValueError("last")
    for number in range(10_000):
        error.__cause__ = ValueError(number)
        error = error.__cause__
    error.__context__ = first
    raise first


def double(x):
    return x * 2
