"""Form feeds, vertical tabs and a control-Z between the lines."""
# verdict: passed | error

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return b"\x0c" + RIGHT.encode() + b"\x0c\n# \x1a \x0b end\n"
