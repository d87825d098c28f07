"""How learners' answers, choices and numbers are quoted in messages and explanations."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tutor.sandbox.clean import clean_text

LONGEST_ECHO = 60


def shown(value: object) -> str:
    """A learner's answer as it may stand in a message: one line, no control characters, cut."""
    if isinstance(value, str):
        clean = clean_text(value[:400], single_line=True)
        return f"'{clean}'" if len(value) <= LONGEST_ECHO else f"'{clean[:LONGEST_ECHO]}…'"
    if value is None:
        return "No value"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "A number of many digits"
    names: dict[type, str] = {list: "A list", tuple: "A list", dict: "An object"}
    return names.get(type(value), "A value of another type")


def emphasised(text: str) -> str:
    """A choice quoted inside an explanation: bold when it is one plain line, else a block quote."""
    text = text.strip()
    if "\n" in text:
        return "\n\n" + "\n".join(f"> {line}".rstrip() for line in text.splitlines()) + "\n\n"
    return text if "**" in text or text.startswith("`") else f"**{text}**"


def number_text(value: float) -> str:
    """A number as a person writes it: ``28``, ``3.5``, ``7000000000``, ``1.2e-07``."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}"


def repeated(texts: Iterable[str]) -> str | None:
    """The first text that stands twice, white space aside."""
    seen: set[str] = set()
    for text in texts:
        key = " ".join(text.split())
        if key in seen:
            return key
        seen.add(key)
    return None


def counts(ids: Sequence[str]) -> bool:
    """Whether ids only count (``a b c``, ``p1 p2 p3``), so that sorting them tells how they were authored."""
    parts = [match for id in ids if (match := re.fullmatch(r"(.*?)(\d{1,6}|[a-z])", id))]
    ranks = [int(part[2]) if part[2].isdigit() else ord(part[2]) for part in parts]
    counted = all(after - before == 1 for before, after in pairwise(ranks))
    return len(parts) == len(ids) and len({part[1] for part in parts}) == 1 and counted
