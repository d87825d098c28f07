"""Plain loops over numbers: every step can be read aloud; hundreds of times slower."""

import torch


def pack_int4(q):
    packed = []
    for row in q.tolist():
        row = row + [0] * (len(row) % 2)
        packed.append(
            [(a + 16) % 16 + 16 * ((b + 16) % 16) for a, b in zip(row[::2], row[1::2], strict=True)]
        )
    return torch.tensor(packed, dtype=torch.uint8)


def unpack_int4(packed, columns):
    rows = []
    for row in packed.tolist():
        codes = []
        for byte in row:
            for nibble in (byte % 16, byte // 16):
                codes.append(nibble - 16 if nibble > 7 else nibble)
        rows.append(codes[:columns])
    return torch.tensor(rows, dtype=torch.int8)
