"""Which idea explains numbers that came back wrong: the one that gives just these numbers."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

ENOUGH, APART = 0.97, 0.1
FEWEST = 3  # numbers that tell an idea from what is right


def agreed(
    came: Tensor, right: Tensor, ideas: Iterable[tuple[str, Tensor]], relative: float = 0.0
) -> str | None:
    """The idea that gives nearly all numbers, and nearly all of those that are not right, or None.

    Of the numbers that are not right no other idea may give as many. An idea may come in several variants.

    Args:
        came: what came back; right: what is right, of the same shape.
        ideas: each with what it gives.
        relative: how far two numbers may lie apart and still be the same. NaN is the same as NaN.
    """
    wrong = ~_alike(came, right, relative)
    if int(wrong.sum()) < FEWEST:
        return None
    return explaining(((idea, _alike(came, guess, relative)) for idea, guess in ideas), wrong)


def explaining(
    ideas: Iterable[tuple[str, Tensor]], wrong: Tensor, judged: Tensor | None = None
) -> str | None:
    """The idea that explains nearly all numbers, and nearly all wrong ones: of these no other explains as many.

    Args:
        ideas: each with the numbers that it explains, bool; an idea may come in several variants.
        wrong: bool, the numbers that are not right.
        judged: bool, the numbers that count; all by default.
    """
    counted = ... if judged is None else judged
    shares: dict[str, float] = {}
    for idea, alike in ideas:
        if float(alike[counted].double().mean()) >= ENOUGH:
            shares[idea] = max(float(alike[wrong].double().mean()), shares.get(idea, 0.0))
    ranked = sorted(shares, key=lambda idea: -shares[idea])
    runner_up = shares[ranked[1]] if len(ranked) > 1 else 0.0
    if ranked and shares[ranked[0]] >= ENOUGH and runner_up < shares[ranked[0]] - APART:
        return ranked[0]
    return None


def _alike(came: Tensor, guess: Tensor, relative: float) -> Tensor:
    a, b = came.double(), guess.double()
    return (a == b) | (a.isnan() & b.isnan()) | b.isfinite() & ((a - b).abs() <= relative * b.abs())
