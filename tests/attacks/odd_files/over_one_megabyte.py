"""A right solution behind more than a megabyte of comments."""
# verdict: error
# says: at most 1,000,000

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return ("#" * 79 + "\n").encode() * 13_000 + RIGHT.encode()
