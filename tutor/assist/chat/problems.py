"""What can go wrong on the way to a model, each in one line with its next step. No key is in any of them."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tutor.errors import EnvironmentProblem
from tutor.sandbox.clean import clean_text

if TYPE_CHECKING:
    from openai import APIStatusError

    from tutor.assist.chat.endpoint import Endpoint

LONGEST_SAID = 200
SHORTEST_KEY = 5
"""Fewer characters are no secret, and could be part of any word."""
_TOO_LONG = re.compile(
    r"(?i)context (size|length|window)|exceed_context|maximum context|too many tokens|prompt is too long"
)
_ABOUT_TOOLS = re.compile(r"(?i)\btools?\b|tool_choice|tool_call|function.?call|\bjinja\b")
_NO_MONEY = re.compile(r"(?i)insufficient_quota|billing|credit")


class ChatProblem(EnvironmentProblem):
    """The model can't be reached, or does not answer."""


class TooSlow(ChatProblem):
    """Nothing came for too long."""

    exit_code = 4


class Busy(ChatProblem):
    """It may answer later. ``wait``: the seconds that it asks for, None where it names none."""

    wait: float | None = None


class KnowsNoTools(ChatProblem):
    """The server, or its model, takes no tools: the same request without them may be answered."""


class CutOff(ChatProblem):
    """The connection ended before the answer did."""


def problem_of(error: Exception, endpoint: Endpoint) -> ChatProblem:
    """The problem behind an exception of the client's."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    if isinstance(error, ChatProblem):
        return error
    if isinstance(error, TimeoutError | APITimeoutError):
        return _too_slow(error, endpoint)
    if isinstance(error, APIConnectionError):
        return _unreachable(error, endpoint)
    if isinstance(error, APIStatusError):
        return _refused(error, endpoint)
    if isinstance(error, OpenAIError):  # an error in the middle of a stream
        return ChatProblem(
            f"The server failed: {_said(error, endpoint)}", where=endpoint.host, next_step="Ask again."
        )
    return no_chat(endpoint)


def no_chat(endpoint: Endpoint) -> ChatProblem:
    """Something answered, in no words of the protocol."""
    return ChatProblem(
        "What came from there is no answer of a chat.",
        where=endpoint.host,
        next_step="Check TUTOR_CHAT_URL: such addresses often end in /v1.",
    )


def cut_off(endpoint: Endpoint) -> CutOff:
    """The problem of an answer whose connection ended in its midst."""
    return CutOff(
        "The connection ended before the answer was whole.",
        where=endpoint.host,
        next_step="Ask again, or ask to go on.",
    )


def _too_slow(error: Exception, endpoint: Endpoint) -> TooSlow:
    if any("Connect" in type(one).__name__ for one in _causes(error)):
        return TooSlow(
            "It does not take a connection.", where=endpoint.host, next_step="Is it on? Check TUTOR_CHAT_URL."
        )
    return TooSlow(
        "Nothing came for too long.",
        where=endpoint.host,
        next_step="Ask again, or take a smaller model: one on a CPU may need minutes to read a lesson.",
    )


def _unreachable(error: Exception, endpoint: Endpoint) -> ChatProblem:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return ChatProblem(
                "There is no such host.",
                where=endpoint.host,
                next_step="Check TUTOR_CHAT_URL, and the network.",
            )
        if isinstance(cause, ConnectionRefusedError):
            return ChatProblem(
                "Nothing listens there.",
                where=endpoint.host,
                next_step="Start the model's server, or check TUTOR_CHAT_URL.",
            )
        if isinstance(cause, ssl.SSLError):
            return ChatProblem(
                "It gives no secure connection that can be trusted.",
                where=endpoint.host,
                next_step="Check TUTOR_CHAT_URL: a server on your own machine often speaks http, not https.",
            )
    if any(type(cause).__name__ in ("RemoteProtocolError", "ReadError") for cause in causes):
        return cut_off(endpoint)
    return ChatProblem(
        "It could not be reached.", where=endpoint.host, next_step="Check TUTOR_CHAT_URL, and the network."
    )


def _refused(error: APIStatusError, endpoint: Endpoint) -> ChatProblem:
    """By the status of the answer, and where that leaves it open by its words."""
    status, said = error.status_code, _said(error, endpoint)
    host = endpoint.host
    if status == 401:
        if endpoint.key:
            step = f"Check TUTOR_CHAT_KEY, or what the keyring holds for {host}."
            return ChatProblem("The key was not accepted.", where=host, next_step=step)
        step = f"Set TUTOR_CHAT_KEY, or run: keyring set tutor {host}"
        return ChatProblem("It asks for a key, and none is set.", where=host, next_step=step)
    if status == 429 and not _NO_MONEY.search(f"{error.code} {said}"):
        return _busy(error, f"Too many requests: {said}", endpoint)
    if status == 503:
        return _busy(error, f"The server is not ready: {said}", endpoint)
    if status == 404 and not _ABOUT_TOOLS.search(said):
        step = "Check TUTOR_CHAT_MODEL, and TUTOR_CHAT_URL: such addresses often end in /v1."
        return ChatProblem(f"It knows no model '{endpoint.model}', or no chat.", where=host, next_step=step)
    if 300 <= status < 400:
        place = clean_text(error.response.headers.get("location", ""), LONGEST_SAID, single_line=True)
        step = "If you trust that address, set TUTOR_CHAT_URL to it."
        return ChatProblem(f"It sends elsewhere: {place or 'nowhere'}", where=host, next_step=step)
    if status in (400, 413, 422) and _TOO_LONG.search(said):
        return ChatProblem(
            "The conversation is longer than the model reads at once.",
            where=host,
            next_step="Set TUTOR_CHAT_CONTEXT to what its server is set up for, or give the server more.",
        )
    if status != 403 and _ABOUT_TOOLS.search(said):
        return KnowsNoTools(f"It takes no tools: {said}", where=host, next_step="Take another model.")
    kind = "failed" if status >= 500 else "refused the request"
    step = (
        "Look at its log, and ask again." if status >= 500 else "Check the model, and what your key allows."
    )
    return ChatProblem(f"The server {kind} ({status}): {said}", where=host, next_step=step)


def _busy(error: APIStatusError, message: str, endpoint: Endpoint) -> Busy:
    wait = retry_after(error.response.headers.get("retry-after", ""))
    step = "Ask again later." if wait is None else f"It asks to wait {wait:.0f} s; ask again then."
    problem = Busy(message, where=endpoint.host, next_step=step)
    problem.wait = wait
    return problem


def retry_after(header: str) -> float | None:
    """The seconds of a ``Retry-After`` header (a number or a date), None where it says nothing that can be read."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", header.strip()):
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _said(error: Any, endpoint: Endpoint) -> str:
    """What the server said of it, in one line and without the key, should it repeat that."""
    body = error.body
    inner = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(inner, dict):
        inner = inner.get("message") or inner.get("detail") or inner.get("error")
    text = inner if isinstance(inner, str) and inner.strip() else "it does not say why"
    if len(endpoint.key) >= SHORTEST_KEY:
        text = text.replace(endpoint.key, "(the key)")
    line = clean_text(text, LONGEST_SAID, single_line=True)
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception, what it came from, and so on."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
