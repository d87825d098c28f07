"""Claims a tensor of 2⁴⁰ elements with strides of zero, which fits into four bytes."""
# verdict: error

from tutor.sandbox.tensors import ArenaTensors

HALF = 8 << 20  # bytes of one side of the arena
honest_encode = ArenaTensors.encode


class Forged:
    """Stands for a value whose encoding is made up."""


def encode(codec, value):
    if isinstance(value, Forged):
        return {"t": "tensor", "dtype": "float32", "shape": [2**20, 2**20], "strides": [0, 0], "at": HALF}
    return honest_encode(codec, value)


ArenaTensors.encode = encode


def halve(x):
    return Forged()


def double(x):
    return x * 2
