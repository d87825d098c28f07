"""Answers with 4,000 tensors that all are the whole arena: 32 GB for the judge to copy."""
# verdict: error

from tutor.sandbox.tensors import ArenaTensors

HALF = 8 << 20  # bytes of one side of the arena
honest_encode = ArenaTensors.encode


class Forged:
    """Stands for a value whose encoding is made up."""


def encode(codec, value):
    if isinstance(value, Forged):
        return {"t": "list", "v": [{"t": "tensor", "dtype": "uint8", "shape": [HALF], "at": HALF}] * 4000}
    return honest_encode(codec, value)


ArenaTensors.encode = encode


def halve(x):
    return Forged()


def double(x):
    return x * 2
