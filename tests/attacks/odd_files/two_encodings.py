"""A byte order mark of UTF-8 and a declaration of Latin-1."""
# verdict: error

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"\xef\xbb\xbf# coding: latin-1\n" + RIGHT.encode()
