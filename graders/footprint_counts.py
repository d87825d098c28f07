"""How many bytes matrices and models take, and what wrong ideas make of the count.

A count is one number of bytes for a matrix and a scheme. An idea may come in several variants, always the same ones in
the same order, so that one variant can be held against all counts of a check. What has no name, bytes that are
rounded to the nearest and groups of one row alone, keeps from being named what agrees with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

KINDS_KEPT = ("embedding", "norm", "bias", "head")


class Matrix(NamedTuple):
    """The arguments of ``matrix_bytes``."""

    rows: int
    columns: int
    bits: int
    granularity: str | int | None
    scale_bits: int
    zero_point_bits: int


Count = Callable[[Matrix], float]
Tensors = list[tuple[str, int, int]]
Ideas = dict[str, list[float]]


# --- the right count ----------------------------------------------------------------------------


def whole(bits: int) -> int:
    """Bytes that hold so many bits: ⌈bits / 8⌉."""
    return -(-bits // 8)


def scales_of(m: Matrix) -> int:
    """How many scales the matrix has; a short last group of a row has one like all others. Floats have none."""
    if m.granularity is None:
        return 0
    if m.granularity == "tensor":
        return 1
    return m.rows if m.granularity == "row" else m.rows * -(-m.columns // m.granularity)


def of_groups(m: Matrix) -> bool:
    """Whether a group of columns shares a scale."""
    return isinstance(m.granularity, int)


def codes(m: Matrix) -> int:
    """Bytes of the codes: each row fills whole bytes."""
    return m.rows * whole(m.columns * m.bits)


def beside(m: Matrix, scales: int, scale_bits: int | None = None) -> int:
    """Bytes of so many scales and their zero points."""
    width = m.scale_bits if scale_bits is None else scale_bits
    return whole(scales * width) + whole(scales * m.zero_point_bits)


def right(m: Matrix) -> int:
    """The right count: bytes of codes, scales and zero points."""
    return codes(m) + beside(m, scales_of(m))


# --- wrong ideas about a matrix -------------------------------------------------------------------


def floored_groups(m: Matrix, least: int = 0) -> int:
    """Scales if short groups have none; at least ``least``."""
    if not isinstance(m.granularity, int):
        return scales_of(m)
    return max(least, m.rows * (m.columns // m.granularity))


def scales_of_columns(m: Matrix) -> int:
    """Scales if columns take the place of rows."""
    return scales_of(m._replace(rows=m.columns, columns=m.rows))


def groups_across_rows(m: Matrix) -> int:
    """Scales if groups run on from one row into the next."""
    return -(-m.rows * m.columns // m.granularity) if isinstance(m.granularity, int) else scales_of(m)


def all_bits(m: Matrix) -> int:
    """Bits of everything, without any rounding to bytes."""
    return m.rows * m.columns * m.bits + scales_of(m) * (m.scale_bits + m.zero_point_bits)


def groups_that_fit(m: Matrix) -> int:
    """Scales if a group longer than the row is none."""
    return 0 if isinstance(m.granularity, int) and m.granularity > m.columns else scales_of(m)


def rounded(m: Matrix, to_bytes: Callable[[float], float]) -> float:
    """Each store rounded, or not, in a way of its own; the codes row by row."""
    scales = scales_of(m)
    stores = (scales * m.scale_bits / 8, scales * m.zero_point_bits / 8)
    return m.rows * to_bytes(m.columns * m.bits / 8) + sum(to_bytes(store) for store in stores)


def by_rows(m: Matrix) -> int:
    """Each row has whole bytes of scales and of zero points."""
    if m.granularity in (None, "tensor"):
        return right(m)
    return codes(m) + m.rows * beside(m, scales_of(m) // m.rows)


def one_scale(m: Matrix, *but: str) -> int:
    """One scale for a matrix of any granularity, but for some; floats have none."""
    alone = (
        m.granularity is not None
        and ("group" if isinstance(m.granularity, int) else m.granularity) not in but
    )
    return codes(m) + beside(m, 1 if alone else scales_of(m))


def scales_of_floats(m: Matrix, scales: int) -> int:
    """Bytes if a matrix of floats has so many scales."""
    return codes(m) + beside(m, scales if m.granularity is None else scales_of(m))


def by_formula(m: Matrix, beside_bits: int) -> float:
    """Bytes at bits + what lies beside / the weights that share it, as if nothing were short or rounded up."""
    sharing = {None: 0, "tensor": m.rows * m.columns, "row": m.columns}.get(m.granularity, m.granularity)
    share = beside_bits / int(sharing) if sharing else 0.0
    return m.rows * m.columns * (m.bits + share) / 8


MATRIX_IDEAS: dict[str, tuple[Count, ...]] = {
    "scales-forgotten": (
        codes,
        lambda m: codes(m) + whole(scales_of(m) * m.zero_point_bits),
        lambda m: m.rows * m.columns * m.bits / 8,
        lambda m: m.rows * m.columns * m.bits // 8,
        lambda m: whole(m.rows * m.columns * m.bits),
    ),
    "zero-points-forgotten": (
        lambda m: codes(m) + whole(scales_of(m) * m.scale_bits),
        lambda m: right(m if m.granularity != "tensor" else m._replace(zero_point_bits=0)),
    ),
    "short-group-forgotten": (
        lambda m: codes(m) + beside(m, floored_groups(m)),
        lambda m: codes(m) + beside(m, floored_groups(m, 1)),
        lambda m: codes(m) + beside(m, groups_that_fit(m)),
    ),
    "rows-packed-together": (lambda m: whole(m.rows * m.columns * m.bits) + beside(m, scales_of(m)),),
    "packing-rounded-down": (
        lambda m: m.rows * (m.columns * m.bits // 8) + beside(m, scales_of(m)),
        lambda m: m.rows * m.columns * m.bits // 8 + beside(m, scales_of(m)),
        lambda m: all_bits(m) // 8,
        lambda m: rounded(m, math.floor),
        lambda m: codes(m) + scales_of(m) * m.scale_bits // 8 + scales_of(m) * m.zero_point_bits // 8,
    ),
    "fraction-of-a-byte": (
        lambda m: all_bits(m) / 8,
        lambda m: m.rows * m.columns * m.bits / 8 + beside(m, scales_of(m)),
        lambda m: codes(m) + scales_of(m) * (m.scale_bits + m.zero_point_bits) / 8,
    ),
    "": (
        lambda m: rounded(m, round),
        lambda m: codes(m) + beside(m, scales_of(m._replace(rows=1)) if of_groups(m) else scales_of(m)),
    ),
    "one-byte-a-code": (
        lambda m: m.rows * m.columns * max(1, m.bits // 8) + beside(m, scales_of(m)),
        lambda m: m.rows * m.columns * whole(m.bits) + beside(m, scales_of(m)),
    ),
    "bits-as-bytes": (all_bits, lambda m: 8 * right(m)),
    "scales-always-float32": (lambda m: codes(m) + beside(m, scales_of(m), scale_bits=32),),
    "scales-for-columns": (lambda m: codes(m) + beside(m, scales_of_columns(m)),),
    "groups-across-rows": (lambda m: codes(m) + beside(m, groups_across_rows(m)),),
    "one-scale-for-all": (
        lambda m: one_scale(m),
        lambda m: one_scale(m, "group"),
        lambda m: one_scale(m, "row"),
    ),
    "floats-have-scales": (lambda m: scales_of_floats(m, 1), lambda m: scales_of_floats(m, m.rows)),
    "byte-for-each-zero-point": (
        lambda m: codes(m) + whole(scales_of(m) * m.scale_bits) + scales_of(m) * whole(m.zero_point_bits),
    ),
    "zero-points-rounded-by-rows": (by_rows,),
    "binary-units": (
        lambda m: right(m) / 2**10,
        lambda m: right(m) / 2**20,
        lambda m: right(m) / 2**30,
        lambda m: right(m) // 2**10,
    ),
}


def matrix_ideas(m: Matrix) -> Ideas:
    """Every wrong idea about a matrix, and the bytes that each of its variants counts."""
    return {name: [count(m) for count in counts] for name, counts in MATRIX_IDEAS.items()}


def bits_ideas(m: Matrix) -> Ideas:
    """The same in bits a weight, and the nominal bits."""
    to_bits = 8 / (m.rows * m.columns)
    formula = [by_formula(m, m.scale_bits + m.zero_point_bits), by_formula(m, m.scale_bits)]
    # Some use the formula for groups alone, some for all but groups.
    formula += [
        right(m) if of_groups(m) is counted else value for value in formula for counted in (True, False)
    ]
    ideas = {**matrix_ideas(m), "formula-for-full-groups": formula}
    return {name: [to_bits * value for value in values] for name, values in ideas.items()}


# --- models ---------------------------------------------------------------------------------------


def model(tensors: Tensors, kept_bits: int, scheme: tuple, count: Count = right, **idea) -> float:
    """Bytes of a model, when its matrices are counted by ``count``, under one idea of what is quantized.

    Args:
        idea: ``quantized``: the kinds that are; ``skipped``: those that are not counted; ``tied_counts``: whether a
            tied head is; ``kept_too``: whether ``count`` counts the others as well, with the scales of the scheme
            (``kept_scales``) or without.
    """
    quantized, skipped = idea.get("quantized", ("linear",)), idea.get("skipped", ())
    total = 0.0
    for kind, rows, columns in tensors:
        if kind in quantized:
            total += count(Matrix(rows, columns, *scheme))
        elif kind not in skipped and (kind != "tied" or idea.get("tied_counts")):
            beside_them = scheme[2:] if idea.get("kept_scales") else (0, 0)
            kept = Matrix(rows, columns, kept_bits, None, *beside_them)
            total += count(kept) if idea.get("kept_too") else right(kept)
    return total


def model_ideas(tensors: Tensors, kept_bits: int, scheme: tuple) -> Ideas:
    """Every wrong idea, and what it makes of this model."""

    def under(**idea) -> float:
        return model(tensors, kept_bits, scheme, **idea)

    some = [kinds for n in range(1, len(KINDS_KEPT) + 1) for kinds in combinations(KINDS_KEPT, n)]
    ideas = {
        "everything-quantized": [under(quantized=("linear", *kinds)) for kinds in some],
        "some-tensors-skipped": [under(skipped=kinds) for kinds in some[:-1]],
        "only-linear-counted": [under(skipped=KINDS_KEPT)],
        "tied-head-counted-twice": [under(tied_counts=True)],
        "kept-at-float32": [model(tensors, 32, scheme)],
        "binary-units": [under() / 2**10, under() / 2**20, under() / 2**30, under() // 2**10],
    }
    for name, counts in MATRIX_IDEAS.items():
        if name != "binary-units":
            with_scales = name == "floats-have-scales"
            totals = [
                under(count=count, kept_too=kept_too, kept_scales=with_scales)
                for count in counts
                for kept_too in (False, True)
            ]
            ideas[name] = [*ideas.get(name, []), *totals]
    return ideas


def told(exact: float, ideas: Ideas, wanted: tuple[str, ...]) -> bool:
    """Whether every wanted idea gives a wrong number here."""
    return all(any(value != exact for value in ideas[name]) for name in wanted)
