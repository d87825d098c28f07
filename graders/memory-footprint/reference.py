"""memory-footprint: how many bytes a model takes, with everything counted."""

from collections.abc import Sequence


def whole_bytes(bits: int) -> int:
    """The bytes that so many bits occupy."""
    return -(-bits // 8)  # floor division of the negative rounds up


def number_of_scales(rows: int, columns: int, granularity: str | int | None) -> int:
    """How many scales a matrix has."""
    if granularity is None:
        return 0
    if granularity == "tensor":
        return 1
    if granularity == "row":
        return rows
    return rows * -(-columns // granularity)  # the short last group has a scale as well


def matrix_bytes(
    rows: int, columns: int, bits: int, granularity: str | int | None, scale_bits: int, zero_point_bits: int
) -> int:
    """Bytes of one stored weight matrix: its codes, its scales and its zero points.

    Args:
        rows, columns: the shape of the matrix.
        bits: of one code (2 … 8), or of one float (16, 32).
        granularity: what shares one scale: "tensor" (the whole matrix), "row",
            or a number g (a group of g neighbouring columns of a row; the last group of a row
            may be short). None: the matrix is stored as floats and has no scales.
        scale_bits: of one scale (16 or 32).
        zero_point_bits: of one zero point, one beside each scale; 0 for symmetric schemes.
    """
    codes = rows * whole_bytes(columns * bits)  # rounded up in each row, then added
    scales = number_of_scales(rows, columns, granularity)
    return codes + whole_bytes(scales * scale_bits) + whole_bytes(scales * zero_point_bits)


def bits_per_weight(
    rows: int, columns: int, bits: int, granularity: str | int | None, scale_bits: int, zero_point_bits: int
) -> float:
    """What one weight of such a matrix really costs, in bits."""
    stored = matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits)
    return 8 * stored / (rows * columns)


def model_bytes(
    tensors: Sequence[tuple[str, int, int]],
    kept_bits: int,
    bits: int,
    granularity: str | int | None,
    scale_bits: int,
    zero_point_bits: int,
) -> int:
    """Bytes of a model whose linear layers are quantized, and nothing else.

    Args:
        tensors: (kind, rows, columns) of each tensor. The kinds are "linear", "embedding",
            "norm", "bias", "head", and "tied" (a head that is the embedding under a second name).
        kept_bits: of one number in the tensors that stay floats (16 or 32).
        bits, granularity, scale_bits, zero_point_bits: the scheme of the linear layers.
    """
    total = 0
    for kind, rows, columns in tensors:
        if kind == "linear":
            total += matrix_bytes(rows, columns, bits, granularity, scale_bits, zero_point_bits)
        elif kind != "tied":  # a tied head has a name, but no memory of its own
            total += matrix_bytes(rows, columns, kept_bits, None, 0, 0)
    return total
