"""Ninety-nine nested loops and a hundred indented ifs."""
# verdict: error

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return "".join(" " * n + "if 1:\n" for n in range(101)).encode() + b" " * 101 + b"pass\n" + RIGHT.encode()
