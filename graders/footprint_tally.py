"""What a learner counted beside what is right: how far off it is, in words, and the idea that explains it."""

from __future__ import annotations

import math
from typing import NamedTuple

from footprint_counts import Ideas, Matrix, Tensors, bits_ideas, matrix_ideas, model, model_ideas, right

SLIGHT = 1e-3  # a share of the exact number below which a difference in bytes says more than a ratio


class Counted(NamedTuple):
    """What came, what is right, what every idea gives, of what, and whether its shape is public."""

    came: float
    exact: float
    ideas: Ideas
    of: str
    public: bool = False

    def said(self, unit: str) -> str:
        """How far off it is. What came of a shape that is known can be retraced."""
        more = self.came - self.exact
        if self.came < 0:
            return f"a negative number of {unit}"
        if unit == "bytes" and abs(more) < SLIGHT * self.exact:
            byte = "byte" if abs(more) == 1 else "bytes"
            return f"{abs(more):,.6g} {byte} too {'many' if more > 0 else 'few'}"
        ratio = f"{self.came / self.exact:.6g} times as many"
        return f"{self.came:,} bytes, {ratio}" if self.public and self.exact > 1e3 else ratio


def scheme_in_words(m: Matrix) -> str:
    """Bits, granularity and zero points; nothing of the shape."""
    if m.granularity is None:
        return f"floats of {m.bits} bits"
    group = f"group of {m.granularity} column{'' if m.granularity == 1 else 's'}"
    sharing = {"tensor": "tensor", "row": "row"}.get(str(m.granularity), group)
    article = "an" if m.zero_point_bits == 8 else "a"
    zero_points = f"{article} {m.zero_point_bits}-bit zero point" if m.zero_point_bits else "no zero point"
    return f"{m.bits}-bit codes with a {m.scale_bits}-bit scale and {zero_points} for each {sharing}"


def matrix_in_words(m: Matrix) -> str:
    """The scheme, and what is special about how the shape meets it."""
    special = ["inside a byte"] if m.columns * m.bits % 8 else []
    if isinstance(m.granularity, int) and m.granularity > m.columns:
        special.append("before its group is full")
    elif isinstance(m.granularity, int) and m.columns % m.granularity:
        special.append("with a short group")
    ends = f"; each row ends {' and '.join(special)}" if special else ""
    return f"a matrix of {scheme_in_words(m)}{ends}"


class Tally:
    """Counts of one check. They are judged together, so that one idea must explain all of them.

    Args:
        named: the ideas that earlier checks have found, to which this one adds.
    """

    def __init__(self, measure, expect, named: set[str]) -> None:
        self._measure, self._expect, self._named = measure, expect, named
        self._counts: list[Counted] = []

    def matrix(self, solution, m: Matrix) -> None:
        """Has the bytes of one matrix counted."""
        came = self._expect.number(solution.matrix_bytes(*m), name="matrix_bytes")
        self._counts.append(Counted(came, right(m), matrix_ideas(m), matrix_in_words(m)))

    def model(
        self, came: object, what: str, tensors: Tensors, kept_bits: int, scheme: tuple, public=False
    ) -> None:
        """Takes what came for a model; ``public``: its shape is no secret."""
        came = self._expect.number(came, name="model_bytes")
        exact, ideas = model(tensors, kept_bits, scheme), model_ideas(tensors, kept_bits, scheme)
        linear = scheme_in_words(Matrix(0, 0, *scheme))
        of = f"{what}, its linear layers in {linear}, the rest in {kept_bits} bits"
        self._counts.append(Counted(came, exact, ideas, of, public))

    def bits(self, solution, m: Matrix) -> None:
        """Has the bits a weight of one matrix counted."""
        came = self._expect.number(solution.bits_per_weight(*m), name="bits_per_weight")
        exact = 8 * right(m) / (m.rows * m.columns)
        self._counts.append(Counted(came, exact, bits_ideas(m), matrix_in_words(m)))

    def judge(
        self, limit: float = 0.5, unit: str = "bytes", what: str = "the exact number of bytes of"
    ) -> None:
        """Compares, the most wrong count first."""
        for counted in sorted(self._counts, key=lambda one: -abs(one.came / one.exact - 1)):
            self._measure(
                f"miscounted {unit}",
                abs(counted.came - counted.exact),
                limit,
                unit=unit,
                expected=f"{what} {counted.of}",
                came=counted.said(unit),
                misconception=self._idea_behind,
            )

    def _idea_behind(self) -> str | None:
        """The one idea that explains every count, the right ones too; of several, the one that was found before."""
        fitting = {name for name in self._counts[0].ideas if self._explains(name)}
        if len(fitting) > 1:
            fitting &= self._named
        if len(fitting) != 1 or "" in fitting:
            return None
        self._named |= fitting
        return next(iter(fitting))

    def _explains(self, name: str) -> bool:
        variants = zip(*(counted.ideas[name] for counted in self._counts), strict=True)
        counts = [counted.came for counted in self._counts]
        return any(
            all(math.isclose(c, v, rel_tol=1e-12) for c, v in zip(counts, values, strict=True))
            for values in variants
        )
