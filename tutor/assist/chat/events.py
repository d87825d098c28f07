"""What happens while a question is answered, one event after another; the last is ``Finished`` or ``Failed``."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.errors import TutorProblem


@dataclass(frozen=True)
class Said:
    """The next piece of the answer: Markdown, without anything that a terminal would obey."""

    text: str


@dataclass(frozen=True)
class Thinking:
    """The model thinks, and sends what it thinks; that is no part of the answer."""


@dataclass(frozen=True)
class Called:
    """A tool is about to run. ``told`` says on what, in a few words; it is cleaned, and may be empty."""

    tool: str
    told: str


@dataclass(frozen=True)
class Returned:
    """The tool has answered, or (not ``ok``) said why it does not."""

    tool: str
    ok: bool


@dataclass(frozen=True)
class Noted:
    """Something that the learner should know; the answer goes on."""

    text: str


@dataclass(frozen=True)
class Finished:
    """The answer is whole."""


@dataclass(frozen=True)
class Failed:
    """There is no answer, or (``kept``) what came of it stands and the rest is missing."""

    problem: TutorProblem
    kept: bool


Event = Said | Thinking | Called | Returned | Noted | Finished | Failed
