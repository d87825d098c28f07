"""The tools of ``tutor.assist.tools`` as a chat's model sees and calls them."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.assist.tools import Desk, name_of, seconds_of, tools_of
from tutor.assist.tools.calling import arguments_of, checked_call, schema, within
from tutor.errors import TutorProblem
from tutor.sandbox.clean import clean_text

if TYPE_CHECKING:
    from tutor.assist.chat.protocol import ToolCall

LONGEST_TOLD = 60


@dataclass(frozen=True)
class Answer:
    """What a tool said; not ``ok`` where it says why it does not do it."""

    text: str
    ok: bool


class Toolbox:
    """All tools at a desk, with their schemas. Nothing that a model sends raises anything here."""

    def __init__(self, desk: Desk) -> None:
        tools = {name_of(tool): tool for tool in tools_of(desk)}
        self._tools = {name: within(tool, seconds_of(tool)) for name, tool in tools.items()}
        self._models = {name: arguments_of(tool) for name, tool in tools.items()}
        self.offers: list[dict[str, Any]] = [
            {
                "type": "function",
                "function": {
                    "name": name,
                    "description": inspect.getdoc(tool) or name,
                    "parameters": schema(self._models[name]),
                },
            }
            for name, tool in tools.items()
        ]

    async def use(self, call: ToolCall, limit: int) -> Answer:
        """Run one tool; its answer is clean text of at most ``limit`` characters, and a note where it was cut."""
        try:
            arguments = read_arguments(call.arguments)
        except ValueError as error:
            return Answer(f"The arguments can't be read ({error}). Send one JSON object.", ok=False)
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(self._tools)
            return Answer(f"There is no tool '{clean_text(call.name, 40)}'. There are: {known}.", ok=False)
        try:
            said = await checked_call(tool, self._models[call.name], arguments)
        except TutorProblem as problem:
            return Answer(clean_text(str(problem), limit), ok=False)
        return Answer(clean_text(said, limit), ok=True)


def read_arguments(text: str) -> dict[str, Any]:
    """The arguments of a call, which a model may leave empty. Raises ValueError."""
    try:
        arguments = json.loads(text) if text.strip() else {}
    except RecursionError:
        raise ValueError("too many brackets in one another") from None
    if not isinstance(arguments, dict):
        raise ValueError("they are no object")
    return arguments


def told(call: ToolCall) -> str:
    """What a call is about, in a few words: ids and numbers, no long text."""
    try:
        values = [_in_words(value) for value in read_arguments(call.arguments).values()]
    except ValueError:
        return ""
    short = [value for value in values if value and len(value) <= LONGEST_TOLD and "\n" not in value]
    return clean_text(" · ".join(short), LONGEST_TOLD * 2, single_line=True)


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
