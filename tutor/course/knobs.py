"""The knobs of a demo, as whoever turns them writes them: on a command line, or an assistant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course.models import Demo


def knob_arguments(demo: Demo, lesson_id: str, turned: Iterable[tuple[str, str]]) -> list[str]:
    """Knobs and values as the arguments of a demo: ``--name value``.

    Raises:
        UsageProblem: there is no such knob, or the value is not one that it takes.
    """
    arguments = []
    for name, value in turned:
        knob = name.replace("-", "_")
        arguments += [f"--{knob}", _value(demo, lesson_id, knob, value)]
    return arguments


def _value(demo: Demo, lesson_id: str, name: str, value: str) -> str:
    """The value of a knob, if the lesson has that knob and the value is one of its."""
    from tutor.course.names import did_you_mean, printable
    from tutor.course.rules import knob_refusal

    knob = next((one for one in demo.knobs if one.name == name), None)
    if knob is None:
        raise UsageProblem(
            f"The demo of '{lesson_id}' has no knob '{printable(name)}'.",
            where="tutor demo",
            next_step=did_you_mean(name, [one.name for one in demo.knobs], otherwise="Its knobs are"),
        )
    refusal = knob_refusal(knob, value)
    if refusal:
        raise UsageProblem(
            f"'{printable(value)}' {refusal}.",
            where=f"--{name}",
            next_step=f"It is by default {knob.default}.",
        )
    return value
