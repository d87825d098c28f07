"""memory-footprint: how many bytes a model takes, with everything counted."""

from collections.abc import Sequence


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
    raise NotImplementedError("matrix_bytes is not written yet")


def bits_per_weight(
    rows: int, columns: int, bits: int, granularity: str | int | None, scale_bits: int, zero_point_bits: int
) -> float:
    """What one weight of such a matrix really costs, in bits."""
    raise NotImplementedError("bits_per_weight is not written yet")


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
    raise NotImplementedError("model_bytes is not written yet")
