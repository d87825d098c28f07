"""Answers with an integer that is larger than any an honest worker sends."""
# verdict: error | failed

from tutor.sandbox.tensors import ArenaTensors

HALF = 8 << 20  # bytes of one side of the arena
honest_encode = ArenaTensors.encode


class Forged:
    """Stands for a value whose encoding is made up."""


def encode(codec, value):
    if isinstance(value, Forged):
        return {"t": "int", "v": "9" * 400}
    return honest_encode(codec, value)


ArenaTensors.encode = encode


def halve(x):
    return Forged()


def double(x):
    return x * 2
