"""A conversation about one lesson: what the model is sent, the tools it uses, and how each question ends.

It lives in memory alone. Each question sends the lesson pack anew, as it stands then, and of the conversation
what fits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from math import ceil
from typing import TYPE_CHECKING

from tutor.assist.chat.cleaning import StreamCleaner
from tutor.assist.chat.endpoint import Endpoint, with_key
from tutor.assist.chat.events import Called, Event, Failed, Finished, Noted, Returned, Said, Thinking
from tutor.assist.chat.framing import Frame, framed
from tutor.assist.chat.history import Message, Turn, fitted, without_calls
from tutor.assist.chat.problems import Busy, ChatProblem, KnowsNoTools
from tutor.assist.chat.protocol import SILENT_SECONDS, Ended, ToolCall, connected, streamed
from tutor.assist.chat.toolbox import Toolbox, read_arguments, told
from tutor.assist.tools import Desk
from tutor.errors import UsageProblem
from tutor.sandbox.clean import clean_text

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from tutor.course import LoadedLesson

MOST_ROUNDS = 8
"""Requests of one answer in which tools may be called; after them the model has to answer."""
LONGEST_QUESTION = 20_000
LONGEST_KEPT = 2_000
"""Characters of a call's arguments that the model is reminded of."""
RETRIES = 2
LONGEST_WAIT = 30.0

NO_TOOLS = (
    "This model takes no tools: it knows the lesson and your last verdict, but sees no file and runs nothing."
)
SHORT = "The answer reached the length that the server allows, and ends here."
FILTERED = "The server ended the answer here."
EMPTY = "The model ended without a word. Ask in other words, or take another model."


class Conversation:
    """Questions and answers about ``lesson``, kept for as long as the object is.

    ``silent_seconds``: how long a server may say nothing.
    """

    def __init__(self, desk: Desk, lesson: LoadedLesson, *, silent_seconds: float = SILENT_SECONDS) -> None:
        self.lesson = lesson
        self.turns: list[Turn] = []
        self.draft = ""
        """What was typed and not asked yet."""
        self.desk = desk
        self._toolbox = Toolbox(desk)
        self._silent_seconds = silent_seconds
        self._without_tools: set[tuple[str, str]] = set()
        self._left_out = 0

    def begin_anew(self) -> None:
        """Forget everything that was said."""
        self.turns.clear()
        self._left_out = 0

    def ask(self, question: str, endpoint: Endpoint, *, place: str = "") -> AsyncGenerator[Event]:
        """The answer to ``question``, as it comes. Cancelling the task, or closing the iterator, stops it.

        ``place``: what the learner has before them, in a sentence. What came before an end of any kind is kept.

        Raises:
            UsageProblem: the question is empty or too long.
        """
        asked = clean_text(question, limit=None).strip()
        if not asked or len(asked) > LONGEST_QUESTION:
            size = (
                f"has {len(asked):,} characters; {LONGEST_QUESTION:,} are the most" if asked else "is empty"
            )
            raise UsageProblem(f"The question {size}.", where="chat")
        return self._asked(asked, endpoint, place)

    async def _asked(self, question: str, endpoint: Endpoint, place: str) -> AsyncGenerator[Event]:
        turn = Turn(question)
        turn.messages.append({"role": "user", "content": f"{question}\n\n({place})" if place else question})
        self.turns.append(turn)
        last: Event = Finished()
        try:
            async with aclosing(self._rounds(turn, endpoint)) as events:
                async for event in events:
                    turn.add(event)
                    yield event
        except ChatProblem as problem:
            last = Failed(problem, kept=bool(turn.text))
        finally:
            turn.close()
        turn.add(last)
        yield last

    async def _rounds(self, turn: Turn, endpoint: Endpoint) -> AsyncGenerator[Event]:
        """Requests until the model calls no more tools."""
        endpoint = await asyncio.to_thread(with_key, endpoint)
        frame = framed(self.desk, self.lesson, self._toolbox.offers, endpoint.context)
        async with connected(endpoint, silent_seconds=self._silent_seconds) as client:
            for number in range(MOST_ROUNDS + 1):
                said: list[str] = []
                ended = Ended((), "")
                may_call = number < MOST_ROUNDS
                try:
                    async with aclosing(self._request(client, endpoint, frame, may_call)) as pieces:
                        async for piece in pieces:
                            if isinstance(piece, Ended):
                                ended = piece
                                continue
                            if isinstance(piece, Said):
                                said.append(piece.text)
                            yield piece
                    if ended.calls and may_call:
                        replies: list[Message] = []
                        async for event in self._use_tools(ended.calls, frame, replies):
                            yield event
                        turn.messages += [_asking("".join(said), ended.calls), *replies]
                        said = []
                        continue
                finally:  # stopped or failed as well: what was said stays said
                    if said:
                        turn.messages.append({"role": "assistant", "content": "".join(said)})
                if note := _note(ended.why, anything=bool(turn.text)):
                    yield Noted(note)
                return

    async def _request(
        self, client: AsyncOpenAI, endpoint: Endpoint, frame: Frame, may_call: bool
    ) -> AsyncGenerator[Said | Thinking | Noted | Ended]:
        """One request, sent again where the server is busy, and without tools where it takes none."""
        waits = 0
        model = (endpoint.url, endpoint.model)
        while True:
            tools = [] if model in self._without_tools else frame.tools
            messages, left_out = fitted(self.turns, frame.room)
            if left_out > self._left_out:
                self._left_out = left_out
                count = "question is" if left_out == 1 else f"{left_out} questions are"
                yield Noted(
                    f"The first {count} sent no longer: the model reads {endpoint.context:,} tokens at once."
                )
            sent = [frame.system, *(messages if tools else without_calls(messages))]
            cleaner, began = StreamCleaner(), False
            try:
                async with aclosing(
                    streamed(
                        client, endpoint, sent, tools, may_call=may_call, silent_seconds=self._silent_seconds
                    )
                ) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, str):
                            text = cleaner.feed(piece)
                        else:
                            text = cleaner.rest() if isinstance(piece, Ended) else ""
                        if text:
                            began = True
                            yield Said(text)
                        if not isinstance(piece, str):
                            yield piece
                return
            except KnowsNoTools:
                if began or not tools:
                    raise
                self._without_tools.add(model)
                yield Noted(NO_TOOLS)
            except Busy as busy:
                wait = 2.0**waits if busy.wait is None else busy.wait
                if began or waits == RETRIES or wait > LONGEST_WAIT:
                    raise
                waits += 1
                yield Noted(f"{busy.message} It is asked again in {ceil(wait)} s.")
                await asyncio.sleep(wait)

    async def _use_tools(
        self, calls: tuple[ToolCall, ...], frame: Frame, replies: list[Message]
    ) -> AsyncGenerator[Called | Returned]:
        """Run the tools one after another; what they say goes to ``replies``."""
        for call in calls:
            name = clean_text(call.name, 40, single_line=True)
            yield Called(name, told(call))
            answer = await self._toolbox.use(call, frame.longest_reply)
            replies.append({"role": "tool", "tool_call_id": call.id, "content": answer.text})
            yield Returned(name, answer.ok)


def _asking(said: str, calls: tuple[ToolCall, ...]) -> Message:
    """The model's own message with its calls; arguments that are no JSON, or long, are not repeated to it."""
    told_again = []
    for call in calls:
        arguments = clean_text(call.arguments, limit=None) or "{}"
        try:
            read_arguments(arguments)
        except ValueError:
            arguments = "{}"
        if len(arguments) > LONGEST_KEPT:
            arguments = "{}"
        function = {"name": clean_text(call.name, 100), "arguments": arguments}
        told_again.append({"id": call.id, "type": "function", "function": function})
    return {"role": "assistant", "content": said or None, "tool_calls": told_again}


def _note(why: str, *, anything: bool) -> str:
    """What the learner should know of the way in which an answer ended."""
    if why == "length":
        return SHORT
    if why == "content_filter":
        return FILTERED
    return "" if anything else EMPTY
