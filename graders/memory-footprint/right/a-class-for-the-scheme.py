"""A small class holds the scheme: more lines now, one place to change when a scheme gets a new part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheme:
    bits: int
    granularity: object = None
    scale_bits: int = 0
    zero_point_bits: int = 0

    def scales(self, rows, columns):
        match self.granularity:
            case None:
                return 0
            case "tensor":
                return 1
            case "row":
                return rows
            case group_size:
                full, rest = divmod(columns, group_size)
                return rows * (full + bool(rest))

    def size(self, rows, columns):
        scales = self.scales(rows, columns)
        stores = [self.scale_bits * scales, self.zero_point_bits * scales, *[columns * self.bits] * rows]
        return float(sum((bits + 7) >> 3 for bits in stores))


def matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    return Scheme(bits, granularity, scale_bits, zero_point_bits).size(rows, columns)


def bits_per_weight(rows, columns, bits, granularity, scale_bits, zero_point_bits):
    return Scheme(bits, granularity, scale_bits, zero_point_bits).size(rows, columns) * 8 / (rows * columns)


def model_bytes(tensors, kept_bits, bits, granularity, scale_bits, zero_point_bits):
    linear, kept = Scheme(bits, granularity, scale_bits, zero_point_bits), Scheme(kept_bits)
    schemes = {"linear": linear, "tied": None}
    total = 0.0
    for kind, rows, columns in tensors:
        scheme = schemes.get(kind, kept)
        if scheme is not None:
            total += scheme.size(rows, columns)
    return total
