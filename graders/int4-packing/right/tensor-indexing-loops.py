"""Loops that index tensors one element at a time: the slowest way there is, and still within the budget."""

import torch


def pack_int4(q):
    rows, columns = q.shape
    packed = torch.zeros(rows, (columns + 1) // 2, dtype=torch.uint8)
    for i in range(rows):
        for j in range(0, columns, 2):
            high = int(q[i, j + 1]) & 15 if j + 1 < columns else 0
            packed[i, j // 2] = int(q[i, j]) & 15 | high << 4
    return packed


def unpack_int4(packed, columns):
    q = torch.zeros(packed.shape[0], columns, dtype=torch.int8)
    for i in range(packed.shape[0]):
        for j in range(columns):
            nibble = int(packed[i, j // 2]) >> (4 * (j % 2)) & 15
            q[i, j] = nibble - 16 * (nibble // 8)
    return q
