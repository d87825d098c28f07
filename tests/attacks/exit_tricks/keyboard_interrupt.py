"""Raises KeyboardInterrupt, which ends many test runners early."""
# verdict: error
# says: KeyboardInterrupt


def halve(x):
    raise KeyboardInterrupt


def double(x):
    return x * 2
