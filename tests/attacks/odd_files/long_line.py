"""One line of 900,000 characters."""
# verdict: passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return RIGHT.encode() + b"x = " + b" + ".join([b"1"] * 1000) + b"  #" + b"y" * 890_000
