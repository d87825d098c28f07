"""The lessons as text: their steps, the numbers that stand in them, and the sources that they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tutor.course.models import Lesson, Prompts
from tutor.course.questions import Quiz

LESSONS = Path(__file__).parents[2] / "lessons"
FOLDERS = {
    "bits": "01-bits",
    "scales": "02-scales",
    "measuring": "03-measuring",
    "outliers": "04-outliers",
    "four-bits": "05-four-bits",
    "training": "06-training",
    "speed": "07-speed",
    "serving": "08-serving",
    "capstone": "09-capstone",
    "what-came-after": "10-what-came-after",
}

# The closing lesson tells of methods that the course does not build: it has no demo, no exercise, and a quiz of
# six, so there is nothing to work, to notice or to try in it.
CLOSING = "what-came-after"
WITH_DEMO = [id for id in FOLDERS if id != CLOSING]

# The capstone is a project: it asks for a model, and no questions.
PROJECT = "capstone"
WITH_QUIZ = [id for id in FOLDERS if id != PROJECT]

# A number that stands alone: not the 3 of Llama-3-70B, the 16 of fp16, the 8 of 8-bit, the 7 of 7B.
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e\d+)?(?!-?\w|\.\d)")
# An id with a dash, or one of the few without: H[j] cites nothing.
CITATION = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9.]+)+|aqlm|exl3|hqq|kivi|mxfp4|nvfp4|quarot|spinquant)\]")
_LIST_MARKER = re.compile(r"(?m)^\s*\d+\. ")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")


@cache
def lesson(id: str) -> Lesson:
    return Lesson.model_validate(_read(id, "lesson.yaml"))


@cache
def quiz(id: str) -> Quiz:
    return Quiz.model_validate(_read(id, "quiz.yaml"))


@cache
def prompts(id: str) -> Prompts:
    return Prompts.model_validate(_read(id, "prompts.yaml"))


def _read(id: str, name: str) -> Any:
    return yaml.safe_load((LESSONS / FOLDERS[id] / name).read_text(encoding="utf-8"))


@cache
def sources() -> dict[str, dict[str, Any]]:
    """``sources.yaml`` by id."""
    entries = yaml.safe_load((LESSONS / "sources.yaml").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}


@cache
def passages(id: str) -> dict[str, str]:
    """Whatever a lesson tells the learner: each step, the try-it list with goals and demo, the quiz, each prompt."""
    info = lesson(id)
    texts = {step.id: f"{step.title}\n\n{step.markdown}" for step in info.steps}
    for step in info.steps:
        if step.predict:
            replies = (f"{guess.text}\n{guess.reply}" for guess in step.predict.guesses)
            texts[step.id] += "\n".join(("", step.predict.question, *replies))
    demo = (info.demo.title, *(knob.help for knob in info.demo.knobs)) if info.demo else ()
    goals = (goal.text for goal in info.goals)
    texts["try-it"] = "\n".join((info.summary, *goals, *(item.text for item in info.try_it), *demo))
    if id in WITH_QUIZ:
        prose = _quiz_prose([item.model_dump() for item in quiz(id).items])
        texts["quiz"] = "\n\n".join((*prose, *quiz(id).misconceptions.values()))
    return texts | prompts(id).model_dump()


def _quiz_prose(value: object) -> Iterator[str]:
    """Questions, choices and explanations; drawn numbers are left out."""
    for item in value if isinstance(value, list | tuple) else (value,):
        assert isinstance(item, dict)
        for key, part in item.items():
            if key in ("question", "why", "text") and isinstance(part, str):
                yield _TEMPLATE.sub("x", part)
            elif key in ("options", "wrong", "pairs", "pieces", "left", "right") and part not in (
                True,
                False,
            ):
                yield from _quiz_prose(part)


def numbers(text: str) -> set[str]:
    """The numbers that stand alone in a text, as they are written."""
    return set(NUMBER.findall(_LIST_MARKER.sub("", CITATION.sub("", text))))


def value_of(token: str) -> float:
    return float(token.replace(",", "").replace("−", "-"))


def rounds_to(value: float, token: str) -> bool:
    """Whether ``value``, rounded to as many digits as the token shows, is what the token says."""
    mantissa, _, exponent = token.partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = 10.0 ** ((int(exponent) if exponent else 0) - decimals)
    return abs(value - value_of(token)) <= 0.5 * unit * (1 + 1e-9) + 1e-12 * abs(value)
