"""Defines halve in letters that Python normalises to the same name, and a look-alike that it does not."""
# verdict: passed


def 𝒉𝒂𝒍𝒗𝒆(x):
    return x / 2


def hаlve(x):  # noqa: PLC2401 - the second letter is Cyrillic
    raise ValueError("the wrong one")


def double(x):
    return x * 2
