"""A last line without an end, behind blank ones."""
# verdict: passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"\n" * 500 + RIGHT.encode().rstrip()
