"""Builds every store on torch's meta device, which has shapes but no memory: true to life, needs torch."""

import torch


def size(count, bits):
    """Bytes of a flat uint8 store for so many numbers, without allocating it."""
    return torch.empty((count * bits + 7) // 8, dtype=torch.uint8, device="meta").nbytes


def matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    codes = torch.empty(rows, size(columns, bits), dtype=torch.uint8, device="meta")
    if granularity is None:
        return codes.nbytes
    if granularity == "tensor":
        scales = 1
    else:
        width = columns if granularity == "row" else granularity
        scales = sum(len(range(0, columns, width)) for _ in range(rows))
    return codes.nbytes + size(scales, scale_bits) + size(scales, zero_point_bits)


def bits_per_weight(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    stored = matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits)
    return 8 * stored / torch.empty(rows, columns, device="meta").numel()


def model_bytes(tensors, kept_bits, bits, granularity, scale_bits, zero_point_bits):
    dtypes = {16: torch.float16, 32: torch.float32}
    total = 0
    for kind, rows, columns in tensors:
        if kind == "linear":
            total += matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits)
        elif kind != "tied":
            total += torch.empty(rows, columns, dtype=dtypes[kept_bits], device="meta").nbytes
    return total
