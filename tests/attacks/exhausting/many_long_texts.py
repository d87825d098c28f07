"""Returns 4,000 strings of 60,000 characters: each may cross, all together may not."""
# verdict: error


def halve(x):
    return ["é" * 60_000] * 4000


def double(x):
    return x * 2
