"""Returns a string of 50 MB."""
# verdict: error
# says: characters


def halve(x):
    return "x" * 50_000_000


def double(x):
    return x * 2
