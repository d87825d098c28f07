"""A hundred thousand signs before a number, for the compiler to descend."""
# verdict: error | passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"x = " + b"-" * 100_000 + b"1\n" + RIGHT.encode()
