"""One request to the endpoint, answered piece by piece: what is read of the stream, and nothing else of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from tutor.assist.chat.events import Thinking
from tutor.assist.chat.history import Message
from tutor.assist.chat.problems import ChatProblem, cut_off, no_chat, problem_of
from tutor.sandbox.clean import clean_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from openai import AsyncOpenAI

    from tutor.assist.chat.endpoint import Endpoint

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 300.0
"""How long nothing may come: a model on a CPU reads a lesson for minutes before its first word."""
LIST_SECONDS = 5.0
LONGEST_ANSWER = 60_000
LONGEST_ARGUMENTS = 250_000
MOST_CALLS = 16
MOST_NAMED = 8


class _Function(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _Call(BaseModel):
    index: int = 0
    id: str | None = None
    function: _Function | None = None


class _Delta(BaseModel):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    choices: list[_Choice] | None = None


@dataclass
class ToolCall:
    """A tool that the model wants to use; ``arguments`` is text, JSON if all is well."""

    id: str
    name: str
    arguments: str = ""


@dataclass(frozen=True)
class Ended:
    """The end of a request: the tools that are wanted, and why it ended (``stop``, ``length``, ``tool_calls``)."""

    calls: tuple[ToolCall, ...]
    why: str


@dataclass
class _Wanted:
    """Calls as they come together; a server that counts none of them is understood, too."""

    calls: list[ToolCall] = field(default_factory=list)
    _at: dict[int, ToolCall] = field(default_factory=dict)
    _size: int = 0

    def take(self, pieces: Sequence[_Call], endpoint: Endpoint) -> None:
        for piece in pieces:
            function = piece.function or _Function()
            call = self._at.get(piece.index)
            if call is None or (function.name and call.name and piece.id != call.id):
                call = ToolCall(piece.id or f"call-{len(self.calls) + 1}", "")
                self.calls.append(call)
                self._at[piece.index] = call
            call.name = call.name or function.name or ""
            call.arguments += function.arguments or ""
            self._size += len(function.name or "") + len(function.arguments or "")
        if self._size > LONGEST_ARGUMENTS or len(self.calls) > MOST_CALLS:
            raise ChatProblem(
                "The model asks for more tools at once than anybody can use.",
                where=endpoint.host,
                next_step="Ask again, or take another model.",
            )


@asynccontextmanager
async def connected(
    endpoint: Endpoint, *, silent_seconds: float = SILENT_SECONDS
) -> AsyncIterator[AsyncOpenAI]:
    """A client for one endpoint. It goes nowhere else: no redirects, and to this machine by no proxy."""
    # The package takes half a second to be imported, which the keyboard does not wait for.
    client = await asyncio.to_thread(_client, endpoint, silent_seconds)
    async with client:
        yield client


def _client(endpoint: Endpoint, silent_seconds: float) -> AsyncOpenAI:
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Omit, Timeout

    headers: Any = {
        "OpenAI-Organization": Omit(),
        "OpenAI-Project": Omit(),
    }  # meant for another address, perhaps
    return AsyncOpenAI(
        base_url=endpoint.url,
        api_key=endpoint.key or "none",  # the client wants one, servers that ask for none read none
        max_retries=0,
        default_headers=headers,
        timeout=Timeout(silent_seconds, connect=CONNECT_SECONDS),
        http_client=DefaultAsyncHttpxClient(follow_redirects=False, trust_env=not endpoint.is_local),
    )


async def streamed(
    client: AsyncOpenAI,
    endpoint: Endpoint,
    messages: Sequence[Message],
    tools: Sequence[Mapping[str, Any]],
    *,
    may_call: bool = True,
    silent_seconds: float = SILENT_SECONDS,
) -> AsyncGenerator[str | Thinking | Ended]:
    """The answer to ``messages``, as it comes; ``Ended`` is the last. Closing it ends the request.

    Raises:
        ChatProblem: whatever went wrong, before or after the first piece.
    """
    from openai import OpenAIError

    request: dict[str, Any] = {"model": endpoint.model, "messages": messages, "stream": True}
    if tools:
        request |= {"tools": tools, "tool_choice": "auto" if may_call else "none"}
    try:
        async with asyncio.timeout(silent_seconds):
            stream = await client.chat.completions.create(**request)
        async with aclosing(_read(stream, endpoint, silent_seconds)) as pieces:
            async for piece in pieces:
                yield piece
    except (OpenAIError, ChatProblem, ValueError, OSError) as error:  # ValueError: no JSON, no UTF-8
        problem = problem_of(error, endpoint)
        if getattr(error, "status_code", None) == 404:
            problem.next_step = await _models(client) or problem.next_step
        raise problem from None


async def _read(
    stream: Any, endpoint: Endpoint, silent_seconds: float
) -> AsyncGenerator[str | Thinking | Ended]:
    wanted, why, length, any_chunk = _Wanted(), "", 0, False
    async with stream:
        chunks = aiter(stream)
        while True:
            try:
                async with asyncio.timeout(
                    silent_seconds
                ):  # a server that only keeps the line open says nothing
                    came = await anext(chunks)
            except StopAsyncIteration:
                break
            chunk = _checked(came, endpoint)
            any_chunk = True
            for choice in (chunk.choices or [])[:1]:
                delta = choice.delta or _Delta()
                if delta.reasoning_content or delta.reasoning:
                    yield Thinking()
                if delta.content:
                    yield delta.content
                    length += len(delta.content)
                wanted.take(delta.tool_calls or (), endpoint)
                why = choice.finish_reason or why
            if length > LONGEST_ANSWER:
                why = "length"
                break
    if not any_chunk:
        raise no_chat(endpoint)
    if not why:
        raise cut_off(endpoint)
    yield Ended(tuple(wanted.calls), why)


def _checked(came: Any, endpoint: Endpoint) -> _Chunk:
    try:
        return _Chunk.model_validate(came.to_dict(warnings=False) if hasattr(came, "to_dict") else came)
    except ValidationError:
        raise no_chat(endpoint) from None


async def _models(client: AsyncOpenAI) -> str:
    """The models that the server has, as a next step; empty where it does not say."""
    try:
        async with asyncio.timeout(LIST_SECONDS):
            ids = [str(model.id) for model in (await client.models.list()).data]
    except Exception:  # any server, any answer: this is only a help
        return ""
    named = ", ".join(ids[:MOST_NAMED]) + (", …" if len(ids) > MOST_NAMED else "")
    return (
        clean_text(f"Set TUTOR_CHAT_MODEL to one that it has: {named}.", 600, single_line=True) if ids else ""
    )
