"""Parentheses nested 100,000 deep."""
# verdict: error

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"x = " + b"(" * 100_000 + b")" * 100_000 + b"\n" + RIGHT.encode()
