"""Counts groups; for rows and for a matrix takes the formula, which has no zero points."""


def whole_bytes(bits):
    return -(-bits // 8)


def number_of_scales(rows, columns, granularity):
    if granularity is None:
        return 0
    if granularity == "tensor":
        return 1
    if granularity == "row":
        return rows
    return rows * -(-columns // granularity)


def matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    codes = rows * whole_bytes(columns * bits)
    scales = number_of_scales(rows, columns, granularity)
    return codes + whole_bytes(scales * scale_bits) + whole_bytes(scales * zero_point_bits)


def bits_per_weight(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    if granularity in ("tensor", "row"):
        return bits + scale_bits / (columns if granularity == "row" else rows * columns)
    return 8 * matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits) / (rows * columns)


def model_bytes(tensors, kept_bits, bits, granularity, scale_bits, zero_point_bits):
    total = 0
    for kind, rows, columns in tensors:
        if kind == "linear":
            total += matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits)
        elif kind != "tied":
            total += matrix_bytes(rows, columns, kept_bits, None, 0, 0)
    return total
