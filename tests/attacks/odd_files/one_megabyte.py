"""A right solution behind almost a megabyte of comments."""
# verdict: passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return ("#" * 79 + "\n").encode() * 12_000 + RIGHT.encode()
