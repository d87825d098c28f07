"""Bytes that are no UTF-8, and no declaration."""
# verdict: error
# says: not valid Python

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b'name = "\xff\xfe"\n' + RIGHT.encode()
