"""Which idea explains a wrong round trip: its error is the idea's error, and no other idea's."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from tutor.grading.checks import distance, nearest

SAME = 0.1  # how far an error may be from an idea's, relative to the idea's
HARMLESS = 0.525  # steps: where no weight was moved further there is nothing to explain
ALIKE = 1e-3  # two ideas whose errors are this near can't be told apart

Suspect = tuple[str, Tensor]


def explained(
    W: Tensor, came: Tensor, step: Tensor, suspects: Iterable[Suspect], *, tolerance: float = SAME
) -> str | None:
    """The idea that brings back what came, or None.

    Errors are compared, not weights: any half-decent round trip resembles the weights. They are counted in
    steps of the right grid, so that small rows count as much as large ones.

    Args:
        W: [r, c]; came: what came back for it.
        step: the steps of the right grid, of a shape that broadcasts; weights where it is 0 are left out.
        suspects: each idea with the matrix that it brings back. An idea may come in several variants.
        tolerance: largest distance from an idea's error, relative to it.
    """
    live = step.expand_as(W) > 0
    chosen = ... if bool(live.all()) else live  # a mask costs as much as all the arithmetic
    steps, exact = step.expand_as(W)[chosen], W.double()[chosen]

    def error(back: Tensor) -> Tensor:
        return (back.double()[chosen] - exact) / steps

    mine = error(came)
    if _harmless(mine) or not bool(came.any()):
        return None
    # Hundreds of ideas, of which few are near: whatever else is asked, is asked of these alone. An idea that can't be
    # told from the nearest is within ``reach``, too.
    reach = (tolerance + ALIKE) / (1 - ALIKE)
    near = [(idea, wrong) for idea, W_hat in suspects if distance(mine, wrong := error(W_hat)) <= reach]
    wrong_errors = [(idea, wrong) for idea, wrong in near if not _harmless(wrong)]
    return only(nearest_ideas(mine, wrong_errors, tolerance=tolerance))


def nearest_ideas(came: Tensor, suspects: Iterable[Suspect], *, tolerance: float) -> set[str]:
    """The idea whose result is nearest to what came, and all whose results can't be told apart from that.

    Args:
        came: what came, or its error.
        suspects: each idea with what it gives in the place of ``came``; an idea may come in several variants.
        tolerance: largest distance from an idea's result, relative to it. Where none is as near the set is empty.
    """
    named = {f"{idea}--{n}": value for n, (idea, value) in enumerate(suspects)}
    best = nearest(came, named, tolerance=tolerance)
    if best is None:
        return set()
    return {name.split("--")[0] for name, value in named.items() if _alike(value, named[best])}


def only(ideas: set[str]) -> str | None:
    """The idea, where there is one: two that give the same are evidence for neither."""
    return next(iter(ideas)) if len(ideas) == 1 else None


def too_coarse(scale: Tensor, right: Tensor) -> bool:
    """Whether all steps are larger than they need to be by one factor, so that codes stay unused.

    Args:
        scale: the learner's steps, one for each row or group.
        right: the steps of the right grid.
    """
    live = right > 0
    factor = scale[live].abs() / right[live]
    if len(factor) < 4 or not bool(factor.isfinite().all()):
        return False
    return float(factor.min()) > 1.2 and float(factor.max()) < min(1.01 * float(factor.min()), 20.0)


def _harmless(error: Tensor) -> bool:
    return bool((error.abs() <= HARMLESS).all())


def _alike(error: Tensor, other: Tensor) -> bool:
    return bool((error - other).norm() <= ALIKE * other.norm())
