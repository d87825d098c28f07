"""A real HTTP server that speaks as much of OpenAI's chat protocol as a chat uses, and misbehaves as it is told.

It runs in a thread with a loop of its own, so that tests of any kind, and programs in other processes, can ask it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-do-not-tell-anybody"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """A request as it came."""

    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    @property
    def system(self) -> str:
        return str(self.messages[0]["content"])


@dataclass
class ChatServer:
    """``answers`` are given in their order, ``always`` after them; ``gone`` counts clients that hung up."""

    answers: list[Answer] = field(default_factory=list)
    always: Answer | None = None
    models: Sequence[str] = ("small", "large")
    asked: list[Asked] = field(default_factory=list)
    gone: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def then(self, *answers: Answer) -> ChatServer:
        self.answers += answers
        return self

    def __enter__(self) -> ChatServer:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        started.set()
        await self._end.wait()
        await runner.cleanup()

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(dict(request.headers), await request.json()))
        answer = self.answers.pop(0) if self.answers else self.always or says("Ask me more.")
        try:
            return await answer(request)
        except (asyncio.CancelledError, ConnectionError):
            self.gone += 1
            raise

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response(
            {"object": "list", "data": [{"id": id, "object": "model"} for id in self.models]}
        )


def chunk(*, why: str | None = None, **delta: Any) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": why}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


async def stream(request: web.Request, *pieces: str) -> web.StreamResponse:
    """A stream that begins with these pieces of the answer."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for piece in pieces:
        await response.write(chunk(content=piece))
    return response


async def ended(response: web.StreamResponse, why: str) -> web.StreamResponse:
    """The stream with the end that the protocol wants."""
    await response.write(chunk(why=why))
    await response.write(b"data: [DONE]\n\n")
    return response


def says(*pieces: str, pause: float = 0.0, why: str = "stop", thinks: str = "") -> Answer:
    """An answer in pieces, with ``pause`` seconds before each."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        if thinks:
            await response.write(chunk(reasoning_content=thinks))
        for piece in pieces:
            await asyncio.sleep(pause)
            await response.write(chunk(content=piece))
        return await ended(response, why)

    return answer


def calls(*wanted: tuple[str, object], text: str = "", whole: bool = False) -> Answer:
    """Tool calls (a name, and arguments: an object, or a text as it is), in two pieces unless ``whole``."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request, *([text] if text else []))
        for index, (name, arguments) in enumerate(wanted):
            sent = arguments if isinstance(arguments, str) else json.dumps(arguments)
            first = {"index": 0 if whole else index, "id": f"id{index}", "type": "function"}
            half = len(sent) if whole else len(sent) // 2
            begin = {**first, "function": {"name": name, "arguments": sent[:half]}}
            await response.write(chunk(tool_calls=[begin]))
            if not whole:
                await response.write(
                    chunk(tool_calls=[{"index": index, "function": {"arguments": sent[half:]}}])
                )
        return await ended(response, "tool_calls")

    return answer


def refuses(
    status: int, message: str = "", *, headers: Mapping[str, str] | None = None, **more: Any
) -> Answer:
    """An error as the protocol has it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": message, **more}}, status=status, headers=headers)

    return answer


def sends(
    body: bytes,
    *,
    kind: str = "text/event-stream",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Bytes as they are."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind, status=status, headers=headers)

    return answer


def breaks_off(*pieces: str) -> Answer:
    """The beginning of an answer; then the connection is gone."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request, *pieces)
        await asyncio.sleep(0.05)
        assert request.transport is not None
        request.transport.abort()
        return response

    return answer


def keeps_silent(*pieces: str, seconds: float = 60.0, alive: bool = False) -> Answer:
    """The beginning of an answer, then nothing, or (``alive``) lines that only keep the connection open."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request, *pieces)
        for _ in range(int(seconds * 20)):
            await asyncio.sleep(0.05)
            if alive:
                await response.write(b": still here\n\n")
        return response

    return answer
