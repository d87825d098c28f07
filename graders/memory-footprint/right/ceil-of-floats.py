"""Float division and math.ceil: shorter to read, and exact only while the counts stay below 2**53."""

from math import ceil


def matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    codes = rows * ceil(columns * bits / 8)
    if granularity is None:
        return codes
    groups = {"tensor": 1, "row": rows}.get(granularity)
    if groups is None:
        groups = rows * ceil(columns / granularity)
    return codes + ceil(groups * scale_bits / 8) + ceil(groups * zero_point_bits / 8)


def bits_per_weight(rows, columns, *scheme):
    return matrix_bytes(rows, columns, *scheme) * 8 / rows / columns


def model_bytes(tensors, kept_bits, *scheme):
    kept = (kept_bits, None, 0, 0)
    return sum(
        matrix_bytes(rows, columns, *(scheme if kind == "linear" else kept))
        for kind, rows, columns in tensors
        if kind != "tied"
    )
