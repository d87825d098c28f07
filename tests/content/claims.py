"""What may stand behind a number of a lesson: a computation, a source, a premise, or the demo's output.

A passage's claims are a list of values. A number in the text is covered when some value rounds to it,
and a value that no number shows is stale. ``given`` marks premises (an example's weights, the name of a
width) as they are written; ``cited`` figures that stand in an entry of ``sources.yaml``. ``printed_by``
covers all numbers that a demo prints.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import torch

from tests.content.lesson_text import NUMBER, sources, value_of
from tests.content.quantities import worth


@dataclass(frozen=True)
class Given:
    token: str


@dataclass(frozen=True)
class Cited(Given):
    """A figure that the source's entry holds, too."""


@dataclass(frozen=True)
class Said(Given):
    """A share or a multiple in words."""


@dataclass(frozen=True)
class Printed:
    """Any number of a text that the demo printed."""

    tokens: frozenset[str]


Claim = float | Given | Printed


def given(tokens: str) -> list[Claim]:
    return [Given(token) for token in tokens.split()]


def about(value: float, digits: int) -> float:
    """Rounded to ``digits`` significant digits, as the text says 'about'."""
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def source(id: str, *path: str | int) -> Any:
    """A value of ``sources.yaml``."""
    value: Any = sources()[id]["value"]
    for key in path:
        value = value[key]
    return value


def number_in(id: str, *path: str | int, place: int = 0) -> float:
    """A number inside a text of ``sources.yaml``, such as the 85,198,045,184 of '85,198,045,184 bytes'."""
    return float(NUMBER.findall(str(source(id, *path)))[place].replace(",", ""))


_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _figures(words: str) -> set[float]:
    """All numbers of an entry, also those inside of names: the 32 and 7 of '16-32 of a 7B model'."""
    return {float(figure.replace(",", "")) for figure in _FIGURE.findall(words)}


def _found_in(id: str, tokens: str, words: str) -> list[Claim]:
    missing = [token for token in tokens.split() if abs(value_of(token)) not in _figures(words)]
    assert not missing, f"{id} holds no {missing}"
    return [Cited(token) for token in tokens.split()]


def cited(id: str, tokens: str, *path: str | int) -> list[Claim]:
    """Figures as a text writes them, each of which stands in the source's entry, or in its value at ``path``."""
    return _found_in(id, tokens, str(source(id, *path) if path else sources()[id]))


def paper(id: str, tokens: str) -> list[Claim]:
    """The year and the arXiv number of a source's paper."""
    return _found_in(id, tokens, sources()[id]["source"])


def times(id: str, *path: str) -> float:
    """A factor inside a text of ``sources.yaml``, such as the 3.24 of '71 ms (3.24x)'."""
    found = re.search(r"([\d.]+)x", str(source(id, *path)))
    assert found
    return float(found[1])


def said(phrase: str, *values: float) -> Said:
    """A share or a multiple in words, within a tenth of what is computed, wherever the passage says it."""
    off = [value for value in values if abs(value / worth(phrase) - 1) > 0.1]
    assert not off, f"{phrase!r} for {off}"
    return Said(phrase)


def more_than(phrase: str, *values: float) -> Said:
    """'More than twice': the values lie above, and no further than a quarter."""
    off = [value for value in values if not 1 < value / worth(phrase) <= 1.25]
    assert not off, f"more than {phrase!r} for {off}"
    return Said(phrase)


def loosely(*phrases: str) -> list[Claim]:
    """Words in a guess that is offered, or of an example's input."""
    return [Said(phrase) for phrase in phrases]


def absmax(row: list[float], scale: float | None = None) -> tuple[float, list[int], list[float], list[float]]:
    """Scale, codes, what comes back, and errors of symmetric int8: the oracle of the worked examples."""
    scale = scale or max(abs(w) for w in row) / 127
    codes = [round(w / scale) for w in row]
    back = [q * scale for q in codes]
    return scale, codes, back, [abs(w - b) for w, b in zip(row, back, strict=True)]


def all_of(*lists: list[Any]) -> list[Any]:
    return [value for values in lists for value in values]


ROW_0, ROW_1 = [0.520, -1.260, 0.035, 2.540], [-0.313, 0.985, -1.905, 0.008]
LOUD_ROW = [0.520, -1.260, 0.035, 25.4]


def printed_by(output: str) -> Printed:
    return Printed(frozenset(NUMBER.findall(output)))


def last_number(pattern: str, output: str) -> float:
    return float(re.findall(pattern, output)[-1])


def drawn_weights() -> torch.Tensor:
    """What the demos of Bits and Scales draw with their first settings: f32[64, 64]."""
    return torch.randn(64, 64, generator=torch.Generator().manual_seed(0))


def mean_error(W: torch.Tensor, scale: torch.Tensor | float) -> float:
    """The mean absolute error of rounding W to whole steps of ``scale``."""
    return float((W - torch.round(W / scale) * scale).abs().mean())


def llm_int8_facts() -> list[Claim]:
    """The figures of two papers that prompts hand on."""
    table, nets = source("llmint8-table1"), source("cnn-ptq-table")["MobileNet-v1"]
    perplexities = [
        table["fp32"][4],
        table["int8 absmax (per tensor)"][4],
        table["int8 absmax vector-wise"][4],
    ]
    papers = [*paper("cnn-ptq-table", "2018 1806.08342"), *paper("llmint8-table1", "2022 2208.07339")]
    return [*perplexities, nets[0], nets[2], nets[4], *papers]
