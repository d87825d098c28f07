"""UTF-16, which has a NUL for each other byte."""
# verdict: error
# says: not valid Python

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return RIGHT.encode("utf-16")
