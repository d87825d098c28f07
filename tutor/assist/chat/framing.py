"""What stands around a conversation: the system text, the tools, and how much room is left between them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.assist.chat.history import Message, size
from tutor.assist.pack import BUDGET_TOKENS, CHARACTERS_A_TOKEN, lesson_pack
from tutor.assist.tools import INSTRUCTIONS

if TYPE_CHECKING:
    from tutor.assist.tools import Desk
    from tutor.course import LoadedLesson

IN_THE_APP = """
You talk with them inside the tutor, in a terminal. Write short Markdown: a few sentences, code in fenced blocks,
formulas in plain characters; no LaTeX, no HTML, no images. The lesson that they are at:

"""
ANSWER_SHARE = 8
"""One part in so many of what the model reads at once is left for its answer."""


@dataclass(frozen=True)
class Frame:
    """The system message and the tools of a question; ``room`` is what they leave for messages, in characters."""

    system: Message
    tools: Sequence[Mapping[str, Any]]
    room: int

    @property
    def longest_reply(self) -> int:
        """Characters of a tool's answer."""
        return self.room // 4


def framed(desk: Desk, lesson: LoadedLesson, tools: Sequence[Mapping[str, Any]], context: int) -> Frame:
    """The frame for a model that reads ``context`` tokens at once: the pack is cut to half of what is free."""
    whole = context * CHARACTERS_A_TOKEN
    free = whole - whole // ANSWER_SHARE - len(INSTRUCTIONS + IN_THE_APP) - len(json.dumps(tools))
    budget = min(BUDGET_TOKENS, free // 2 // CHARACTERS_A_TOKEN)
    pack = lesson_pack(desk.content, lesson, desk.store, budget=budget)
    system = {"role": "system", "content": INSTRUCTIONS + IN_THE_APP + pack}
    return Frame(system, tools, free - size({"content": pack}))
