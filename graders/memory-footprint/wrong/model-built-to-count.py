"""Allocates every store to ask for its size: right, and it needs the memory that was to be planned."""

import torch


def built(count, bits):
    return torch.zeros((count * bits + 7) // 8, dtype=torch.uint8)


def stores(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    scales = {None: 0, "tensor": 1, "row": rows}.get(granularity)
    if scales is None:
        scales = rows * -(-columns // granularity)
    row = built(columns, bits)
    return row.repeat(rows, 1), built(scales, scale_bits), built(scales, zero_point_bits)


def matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    return sum(s.nbytes for s in stores(rows, columns, bits, granularity, scale_bits, zero_point_bits))


def bits_per_weight(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    return 8 * matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits) / (rows * columns)


def model_bytes(tensors, kept_bits, bits, granularity, scale_bits, zero_point_bits):
    total = 0
    for kind, rows, columns in tensors:
        if kind == "linear":
            total += matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits)
        elif kind != "tied":
            total += matrix_bytes(rows, columns, kept_bits, None, 0, 0)
    return total
