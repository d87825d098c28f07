"""Judging a planner: cases on which every wrong idea shows, and the one idea that explains what came."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from serving_ideas import ideas
from serving_planner import Planner

RIGHT = Planner()
CLOSE = 1e-3  # relative: rates, seconds and prices
SAME = 1e-7  # relative: an answer is that of an idea
TRIES = 40_000  # the rarest idea (weights fit, weights and activations do not) shows in one draw of 1,300
IDEAS = list(ideas())

Ask = Callable[[Planner], Any]
"""The answer of a planner to one case."""


class Case(NamedTuple):
    """One answer of the learner, and how a planner is asked the same."""

    told: str  # what was asked, in words and without its numbers
    came: Any
    ask: Ask


def same(one: Any, other: Any, tolerance: float = SAME) -> bool:
    """Whether two answers agree: numbers within the tolerance, everything else exactly."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key], tolerance) for key in one)
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other))
    if numbers:
        return math.isclose(one, other, rel_tol=tolerance)
    return bool(one == other)


def telling(
    draw_case: Callable[[], Any], asking: Callable[[Any], Ask], names: Iterable[str], least: int
) -> list[Any]:
    """At least ``least`` drawn cases, on which each variant of each named idea gives a wrong answer.

    Args:
        draw_case: draws a firm case, or None.
        asking: how a planner is asked about a case.
        names: of the ideas that must show.
    """
    wanted = set(names)
    pending = [planner for name, planner in IDEAS if name in wanted]
    kept: list[Any] = []
    for _ in range(TRIES):
        if not pending and len(kept) >= least:
            return kept
        case = draw_case()
        if case is None:
            continue
        ask = asking(case)
        right = ask(RIGHT)
        silent = [planner for planner in pending if same(ask(planner), right, 10 * CLOSE)]
        if len(silent) < len(pending) or (not pending and len(kept) < least):
            kept.append(case)
        pending = silent
    raise RuntimeError(f"no draw shows {len(pending)} of the ideas {sorted(wanted)}")


def plain(value: Any) -> Any:
    """A number as Python's own, None as it is, and anything else as a word that equals no answer."""
    if getattr(value, "numel", lambda: 0)() == 1:
        value = value.item()
    return value if value is None or isinstance(value, (int, float)) else "no number"


def explains(planner: Planner, cases: list[Case], tolerance: float) -> bool:
    """Whether ``planner`` gives every answer that came, the right ones too, within a relative tolerance."""
    return all(same(case.came, case.ask(planner), tolerance) for case in cases)


class Judge:
    """Keeps the idea that was named, so that one cause has one name in all checks of a grading."""

    def __init__(self) -> None:
        self._named: str | None = None
        self._answers: list[Case] = []

    def remember(self, cases: list[Case]) -> None:
        """Answers that an idea must explain, too, where a check alone leaves several."""
        self._answers += cases

    def idea(self, cases: list[Case], tolerance: float = SAME) -> str | None:
        """The one idea that explains every answer of a check, the right ones too."""
        fitting = [(name, planner) for name, planner in IDEAS if explains(planner, cases, tolerance)]
        names = {name for name, _ in fitting}
        if len(names) > 1:
            names = {name for name, planner in fitting if explains(planner, self._answers, CLOSE)}
        if self._named in names:
            return self._named
        if self._named is not None or len(names) != 1:
            return None
        self._named = next(iter(names))
        return self._named

    def say(self, name: str) -> str | None:
        """An idea for which the check itself has the evidence."""
        self._named = self._named or name
        return name if self._named == name else None

    def counts(self, measure: Any, cases: list[Case], what: str, unit: str) -> None:
        """Every count is exact (a float of the same value is)."""
        self.remember(cases)
        for case in sorted(cases, key=lambda case: abs(case.came / case.ask(RIGHT) - 1), reverse=True):
            exact = case.ask(RIGHT)
            measure(
                f"miscounted {unit}",
                abs(case.came - exact),
                0.5,
                unit=unit,
                expected=f"{what} exactly: {case.told}",
                came=f"{case.came / exact:.6g} times as many",
                misconception=lambda: self.idea(cases),
            )

    def figures(self, measure: Any, cases: list[Case], what: str) -> None:
        """Every figure is right within 1e-3."""
        self.remember(cases)
        for case in sorted(cases, key=lambda case: abs(case.came / case.ask(RIGHT) - 1), reverse=True):
            exact = case.ask(RIGHT)
            measure(
                "relative error",
                abs(case.came / exact - 1),
                CLOSE,
                expected=f"{what} within 1e-3: {case.told}",
                came=f"{case.came / exact:.6g} times as much",
                misconception=lambda: self.idea(cases, SAME) or self.idea(cases, CLOSE),
            )
