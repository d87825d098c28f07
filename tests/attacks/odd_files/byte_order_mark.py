"""A byte order mark before the first line."""
# verdict: passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"\xef\xbb\xbf" + RIGHT.encode()
