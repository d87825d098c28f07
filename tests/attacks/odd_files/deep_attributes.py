"""A chain of 200,000 attributes, for the compiler to descend."""
# verdict: error | passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"def unused():\n    return a" + b".b" * 200_000 + b"\n\n\n" + RIGHT.encode()
