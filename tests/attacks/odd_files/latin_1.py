"""A PEP 263 declaration of Latin-1, and a name in it."""
# verdict: passed

RIGHT = "def halve(x):\n    return x / 2\n\n\ndef double(x):\n    return x * 2\n"


def submission() -> bytes:
    return ("# -*- coding: latin-1 -*-\ngröße = 1\n" + RIGHT).encode("latin-1")
