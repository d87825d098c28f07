"""A nibble is a hex digit, so Python's own hex strings pack and unpack; a string a row on the way."""

import torch

DIGITS = "89abcdef01234567"


def pack_int4(q):
    rows = ["".join(DIGITS[code + 8] for code in row) for row in q.tolist()]
    return torch.tensor([list(bytes.fromhex(row + "0" * (len(row) % 2))) for row in rows], dtype=torch.uint8)


def unpack_int4(packed, columns):
    rows = [bytes(row).hex()[:columns] for row in packed.tolist()]
    return torch.tensor([[DIGITS.index(digit) - 8 for digit in row] for row in rows], dtype=torch.int8)
