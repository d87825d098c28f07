"""A PEP 263 declaration of a codec that is no text encoding."""
# verdict: error

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"# coding: rot13\n" + RIGHT.encode()
