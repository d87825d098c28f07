"""Code answers of quizzes: run confined, checked on values."""

from __future__ import annotations

import ast
import contextlib
import math
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutor.sandbox import values, wire
from tutor.sandbox.clean import clean_text
from tutor.sandbox.forkserver import clean_environment
from tutor.sandbox.scratch import scratch_room

SECONDS = 20.0
TOLERANCE = 1e-6


@dataclass(frozen=True)
class CaseOutcome:
    """``ok`` for each case in order; ``message`` says of the first that failed what came, or why nothing ran."""

    ok: tuple[bool, ...]
    message: str = ""


def run_cases(code: str, cases: Sequence[tuple[str, str]], *, seconds: float = SECONDS) -> CaseOutcome:
    """Runs ``code`` in an untrusted process and evaluates each case's expression there.

    Args:
        code: the learner's completed program.
        cases: pairs of an expression over the program's names and a Python literal it must equal.
            Numbers are equal to within 1e-6, relative.
        seconds: of wall time for everything.

    Raises:
        ValueError: a case's expected value is not a literal (a fault of the course).
    """
    expected = [ast.literal_eval(gives) for _, gives in cases]
    ours, theirs = socket.socketpair()
    with ours, theirs, scratch_room() as room:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "tutor.sandbox.worker", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            env=clean_environment({"TMPDIR": room}),
            cwd="/",
            start_new_session=True,
        )
        theirs.close()
        ours.settimeout(seconds)
        try:
            return _ask(ours, code, [expression for expression, _ in cases], expected)
        except TimeoutError:
            return CaseOutcome((False,) * len(cases), f"It did not end within {seconds:g} seconds.")
        except (wire.WireError, values.Malformed):
            return CaseOutcome((False,) * len(cases), "The code ended its own process.")
        finally:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ask(sock: socket.socket, code: str, expressions: list[str], expected: list[Any]) -> CaseOutcome:
    loaded = _request(sock, {"load": {"text": code, "path": "answer.py"}})
    if "error" in loaded:
        return CaseOutcome((False,) * len(expected), _told(loaded["error"]))
    ok, message = [], ""
    for expression, value in zip(expressions, expected, strict=True):
        answer = _request(sock, {"evaluate": expression})
        if "error" in answer:
            ok.append(False)
            message = message or f"`{expression}`: {_told(answer['error'])}"
            continue
        came = values.decode(answer.get("value"))
        ok.append(_same(came, value))
        if not ok[-1]:
            message = message or f"`{expression}` gave {clean_text(repr(came), 200)}, expected {value!r}."
    return CaseOutcome(tuple(ok), message)


def _request(sock: socket.socket, request: wire.Frame) -> wire.Frame:
    nonce = secrets.token_hex(8)
    wire.send(sock, {"id": 1, "nonce": nonce, **request})
    answer = wire.receive(sock)
    if answer.get("nonce") != nonce:
        raise wire.WireError("an answer to a request that was not made")
    return answer


def _told(error: Any) -> str:
    if not isinstance(error, dict):
        return "it raised"
    what = (
        error.get("message")
        if error.get("kind") == "unsendable"
        else f"{error.get('type')}: {error.get('message')}"
    )
    return clean_text(what, 300, single_line=True)


def _same(came: Any, value: Any) -> bool:
    if isinstance(value, bool) or isinstance(came, bool):
        return came is value
    if isinstance(value, (int, float)) and isinstance(came, (int, float)):
        try:
            return math.isclose(came, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        except OverflowError:  # an integer beyond every float
            return came == value
    if isinstance(value, (tuple, list)) and isinstance(came, (tuple, list)):
        return len(came) == len(value) and all(_same(a, b) for a, b in zip(came, value, strict=True))
    if isinstance(value, dict) and isinstance(came, dict):
        return came.keys() == value.keys() and all(_same(came[key], value[key]) for key in value)
    return type(came) is type(value) and bool(came == value)
