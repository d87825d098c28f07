"""The exercises as text: what a misconception tells the learner, what there is to notice, and what is given."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.content import lesson_text
from tests.content.lesson_text import NUMBER, numbers, value_of

EXERCISES = Path(__file__).parents[2] / "exercises"
IDS = sorted(path.parent.name for path in EXERCISES.glob("*/exercise.yaml"))


@cache
def exercise(id: str) -> dict[str, Any]:
    entry: dict[str, Any] = yaml.safe_load((EXERCISES / id / "exercise.yaml").read_text(encoding="utf-8"))
    return entry


@cache
def passages(id: str) -> dict[str, str]:
    """What a judgement or the end of an exercise tells: each misconception, and what there is to notice."""
    entry = exercise(id)
    texts = {
        f"misconception/{item['id']}": f"{item['thought']}\n{item['message']}"
        for item in entry.get("misconceptions") or ()
    }
    if entry.get("notice"):
        texts["notice"] = entry["notice"]
    return texts


@cache
def given_by_the_brief(id: str) -> frozenset[str]:
    """The numbers of the brief and the interface: the task's own constants, as they are written there."""
    return frozenset(stated(_task(id)))


@cache
def quantities_of_the_brief(id: str) -> frozenset[str]:
    return frozenset(measured(_task(id)))


def _task(id: str) -> str:
    entry = exercise(id)
    return "\n".join((entry["brief"], *(function["signature"] for function in entry["interface"])))


# Beside the numbers of lessons: 1e-3 and 2^-9 as one number, and shares and multiples in words.
POWER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-−]|\^[-−]?)\d+")
WORDS = re.compile(
    r"\b(?:an?|one) (?:third|quarter|fifth|sixth|eighth|tenth|hundredth|thousand|hundred|terabyte)\b"
    r"|\b(?:three|four|eight|sixteen|hundred|thousand) times\b"
    r"|\b(?:nearly|more than|less than) (?:half|twice)\b"
)
_MEASURED = re.compile(rf"({NUMBER.pattern})(?:\s(?:%|[KMGT]i?B\b|times\b|tokens/s|billion|million)|×)")


def stated(text: str) -> set[str]:
    """Whatever in a text has to be founded, as it is written."""
    text = " ".join(text.split())
    alone = POWER.sub("", text)
    return numbers(alone) | set(POWER.findall(text)) | set(WORDS.findall(text))


def measured(text: str) -> set[str]:
    """The numbers that are quantities, with their units: no definition founds '2 %' or '3 GB'."""
    return {match[0] for match in _MEASURED.finditer(" ".join(text.split()))}


def value_of_token(token: str) -> float:
    if "^" in token:
        base, exponent = token.replace("−", "-").split("^")
        return float(base) ** int(exponent)
    return value_of(token)


def rounds_to(value: float, token: str) -> bool:
    """As in lessons, for 8e-6 and 2^-9 as well."""
    if "^" in token:
        return abs(value - value_of_token(token)) <= 1e-9 * abs(value)
    mantissa, _, exponent = token.partition("e")
    if POWER.fullmatch(token):
        power = int(exponent.replace("−", "-"))
        return lesson_text.rounds_to(value / 10.0**power, mantissa)
    return lesson_text.rounds_to(value, token)


WIDTHS = (2, 3, 4, 8, 16)
DEFINED = {0, 1, -1, 2, 3, 4, 8, 16, 32, 64}
for _bits in WIDTHS:
    DEFINED |= {-(2 ** (_bits - 1)), 1 - 2 ** (_bits - 1), 2 ** (_bits - 1) - 1, 2 ** (_bits - 1)}
    DEFINED |= {2**_bits - 1, 2**_bits}


def holds_by_definition(id: str, text: str, token: str) -> bool:
    """Widths, ends of integer ranges, and what the brief gives; not where a unit makes it a quantity."""
    if WORDS.fullmatch(token):
        return False
    quantities = {quantity for quantity in measured(text) if NUMBER.match(quantity)[0] == token}  # type: ignore[index]
    if quantities:
        return quantities <= quantities_of_the_brief(id)
    return token in given_by_the_brief(id) or (
        not {".", "^", "e"} & set(token) and value_of_token(token) in DEFINED
    )
