"""Source with a NUL byte in the middle of a name."""
# verdict: error
# says: not valid Python


def submission() -> bytes:
    return b"def hal\x00ve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"
