"""A PEP 263 declaration of an encoding that does not exist."""
# verdict: error
# says: not valid Python

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"# coding: no-such-encoding\n" + RIGHT.encode()
