"""What was asked and answered, and as much of it as a model may be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutor.assist.chat.events import Event, Failed, Finished, Said, Thinking

Message = dict[str, Any]

LEFT_OUT = "(Left out to keep the conversation short.)"


@dataclass
class Turn:
    """One question with what came of it.

    ``parts`` are what the learner sees, ``messages`` what the model is sent: none where nothing was answered, since
    two questions in a row confuse many models.
    """

    question: str
    parts: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Keep an event; pieces of text that follow one another become one."""
        last = self.parts[-1] if self.parts else None
        if isinstance(event, Said) and isinstance(last, Said):
            self.parts[-1] = Said(last.text + event.text)
        elif not isinstance(event, Thinking):
            self.parts.append(event)

    def close(self) -> None:
        """Make what is sent of it whole, however it ended."""
        last = self.messages[-1]["role"] if self.messages else ""
        if last == "user":
            self.messages.clear()  # nothing was answered
        elif last == "tool":
            self.messages.append({"role": "assistant", "content": "(No answer came.)"})

    @property
    def ended(self) -> bool:
        """Whether it came to its end by itself; one that was stopped did not."""
        return bool(self.parts) and isinstance(self.parts[-1], Finished | Failed)

    @property
    def text(self) -> str:
        """The answer so far, without what tools were used for it."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Said))


def without_calls(messages: Sequence[Message]) -> list[Message]:
    """The same for a server that takes no tools: what was said, each side in one message at a time."""
    plain: list[Message] = []
    for message in messages:
        role, said = message["role"], message.get("content")
        if role == "tool" or not said:
            continue
        if plain and plain[-1]["role"] == role:
            plain[-1]["content"] += f"\n\n{said}"
        else:
            plain.append({"role": role, "content": said})
    return plain


def size(message: Mapping[str, Any]) -> int:
    """Characters that a message takes, about."""
    return len(json.dumps(message, ensure_ascii=False))


def fitted(turns: Sequence[Turn], room: int) -> tuple[list[Message], int]:
    """The messages of the newest turns that fit in ``room`` characters, and how many turns are left out.

    The last turn is always there; where it alone is too long, what tools said first is left out of it.
    """
    told = [turn for turn in turns if turn.messages]
    kept: list[Message] = _shortened(told[-1].messages, room) if told else []
    room -= sum(map(size, kept))
    left_out = len(told) - 1
    for turn in reversed(told[:-1]):
        cost = sum(map(size, turn.messages))
        if cost > room:
            break
        room -= cost
        kept = [*turn.messages, *kept]
        left_out -= 1
    return kept, max(0, left_out)


def _shortened(messages: Sequence[Message], room: int) -> list[Message]:
    """A turn's messages in ``room`` characters: of the oldest only their place is kept, the question stays."""
    short = list(messages)
    over = sum(map(size, short)) - room
    for at, message in enumerate(short[1:], start=1):
        if over <= 0:
            break
        if message.get("content"):
            short[at] = {**message, "content": LEFT_OUT}
            over -= size(message) - size(short[at])
    return short
