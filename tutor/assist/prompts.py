"""The text of one of a lesson's three prompts, with what is known of the learner filled in.

A prompt may hold ``$device`` (where the learner's code ran last), ``$demo_figures`` (what the lesson's demo
printed for the learner), ``$last_verdict`` (the public part of the last verdict on an exercise of the lesson) and
``$weak_misconceptions``. Anything else with a dollar sign, formulas and prices, stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from tutor.assist.quoting import bounded, fenced, plain
from tutor.assist.verdicts import describe
from tutor.errors import UsageProblem
from tutor.progress.demos import last_demo

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.progress import Attempt, Store

Level = Literal["beginner", "intermediate", "advanced"]
LEVELS: tuple[Level, ...] = ("beginner", "intermediate", "advanced")

POLICY = (
    "Throughout: I learn by doing, so ask before you explain and give me hints, not solutions, for my "
    "exercises; and say so when a figure is not from what I gave you."
)
_WEAKEST = 3
_FIGURES = 1_200  # characters of what a demo printed
_PLACE = re.compile(r"\$(?:\{(?P<braced>[a-z_]+)\}|(?P<plain>[a-z_]+))")


def prompt_text(lesson: LoadedLesson, level: str, store: Store, *, content: Content | None = None) -> str:
    """The prompt to paste: the author's text, places filled in, and one line of tutoring policy.

    With ``content`` a misconception is told in the author's words, without it by its id.

    Raises:
        UsageProblem: the lesson has no prompts, or there is no such level.
    """
    if level not in LEVELS:
        raise UsageProblem(
            f"There is no level {level!r}.", where="--level", next_step=f"Levels are: {', '.join(LEVELS)}."
        )
    if lesson.prompts is None:
        raise UsageProblem(
            f"The lesson {lesson.id} has no prompts.", where=lesson.id, next_step="See: tutor list"
        )
    text: str = getattr(lesson.prompts, level)
    return f"{_filled(text, lesson, store, content).strip()}\n\n{POLICY}\n"


def exercise_ids(lesson: LoadedLesson, content: Content | None) -> list[str]:
    """The lesson's exercises: the course's, else those that its try-it list opens."""
    if content is not None:
        return [exercise.id for exercise in content.exercises_of(lesson.id)]
    opened = (item.opens.partition(":") for item in lesson.info.try_it)
    return list(dict.fromkeys(id for kind, _, id in opened if kind == "exercise"))


def last_attempt(lesson: LoadedLesson, store: Store, content: Content | None) -> Attempt | None:
    """The learner's last graded attempt at an exercise of the lesson."""
    found = (store.last_attempt(exercise) for exercise in exercise_ids(lesson, content))
    return max((attempt for attempt in found if attempt), key=lambda one: one.at, default=None)


def _filled(text: str, lesson: LoadedLesson, store: Store, content: Content | None) -> str:
    places: dict[str, Callable[[], str]] = {
        "device": lambda: _device(lesson, store, content),
        "demo_figures": lambda: _demo_figures(lesson, store),
        "last_verdict": lambda: describe(last_attempt(lesson, store, content), content),
        "weak_misconceptions": lambda: _weaknesses(lesson, store, content),
    }

    def fill(match: re.Match[str]) -> str:
        place = places.get(match["braced"] or match["plain"])
        return place() if place else match[0]

    return _PLACE.sub(fill, text)


def _device(lesson: LoadedLesson, store: Store, content: Content | None) -> str:
    attempt = last_attempt(lesson, store, content)
    demo = store.last_event("demo", lesson.id)
    runs = sorted((run for run in (attempt, demo) if run), key=lambda run: run.at)
    device = runs[-1].device if runs else ""
    return {"": "my own machine", "cpu": "my machine's CPU", "auto": "my own machine"}.get(
        device, f"my machine's GPU ({device})"
    )


def _demo_figures(lesson: LoadedLesson, store: Store) -> str:
    run = last_demo(store, lesson.id)
    if run is None:
        return "I have not run it yet: let me predict its numbers first."
    knobs = ", ".join(f"{name} {value}" for name, value in run.data.get("knobs", {}).items())
    with_knobs = f" with {plain(knobs)}" if knobs else ""
    return f"What it printed for me{with_knobs}:\n\n{fenced(bounded(run.data['output'], _FIGURES).strip())}"


def _weaknesses(lesson: LoadedLesson, store: Store, content: Content | None) -> str:
    counts: Counter[str] = Counter()
    for exercise in exercise_ids(lesson, content):
        counts.update(store.exercise_state(exercise).misconceptions)
    for (of_lesson, _), item in store.item_states().items():
        if of_lesson == lesson.id:
            counts.update(item.misconceptions)
    if not counts:
        return "none has shown so far"
    return "; ".join(_thought(name, lesson, content) for name, _ in counts.most_common(_WEAKEST))


def _thought(name: str, lesson: LoadedLesson, content: Content | None) -> str:
    for exercise in content.exercises_of(lesson.id) if content else ():
        if known := exercise.misconception(name):
            return known.thought.rstrip(".")
    in_quiz = lesson.quiz.misconceptions.get(name) if lesson.quiz else None
    return (in_quiz or name.replace("-", " ")).rstrip(".")
