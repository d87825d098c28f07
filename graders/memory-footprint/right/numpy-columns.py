"""All tensors of the model at once as numpy columns: worth it for thousands of tensors, heavier to read."""

import numpy as np


def stored(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    codes = rows * ((columns * bits + 7) // 8)
    if granularity is None:
        return codes
    if granularity == "tensor":
        scales = np.ones_like(rows)
    elif granularity == "row":
        scales = rows
    else:
        scales = rows * ((columns + granularity - 1) // granularity)
    return codes + (scales * scale_bits + 7) // 8 + (scales * zero_point_bits + 7) // 8


def matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    return stored(np.int64(rows), np.int64(columns), bits, granularity, scale_bits, zero_point_bits)


def bits_per_weight(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    return 8 * matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits) / (rows * columns)


def model_bytes(tensors, kept_bits, bits, granularity, scale_bits, zero_point_bits):
    kinds = np.array([kind for kind, _, _ in tensors])
    shapes = np.array([(rows, columns) for _, rows, columns in tensors], dtype=np.int64)
    linear = shapes[kinds == "linear"]
    kept = shapes[(kinds != "linear") & (kinds != "tied")]
    quantized = stored(linear[:, 0], linear[:, 1], bits, granularity, scale_bits, zero_point_bits).sum()
    return quantized + stored(kept[:, 0], kept[:, 1], kept_bits, None, 0, 0).sum()
