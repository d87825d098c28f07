"""What went wrong in a learner's code, as plain text. It runs in the untrusted process, so nobody believes it."""

from __future__ import annotations

import inspect
import linecache
import types
from collections.abc import Callable, Sequence
from typing import Any

MAX_TRACE = 12

Error = dict[str, Any]


def describe(raised: BaseException, path: str) -> Error:
    """An exception as plain text, with the learner's own frames only (line, function, source line)."""
    kind = "raised"
    if isinstance(raised, SystemExit):
        kind = "exit"
    elif isinstance(raised, ImportError):
        kind = "import"
    frames = []
    trace = raised.__traceback__
    while trace is not None:
        if isinstance(raised, NotImplementedError) and trace.tb_next is None:
            kind = "unwritten" if trace.tb_frame.f_code.co_filename == path else kind
        code = trace.tb_frame.f_code
        if code.co_filename == path:
            line = trace.tb_lineno
            frames.append(
                {"line": line, "name": code.co_name, "text": linecache.getline(path, line).strip()[:200]}
            )
        trace = trace.tb_next
    if isinstance(raised, SyntaxError) and raised.filename == path:
        frames = [{"line": raised.lineno or 0, "name": "", "text": str(raised.text or "").strip()[:200]}]
    try:
        message = str(raised.msg if isinstance(raised, SyntaxError) else raised)
    except BaseException:
        message = "(its message could not be read)"
    if len(frames) > MAX_TRACE:
        frames = frames[: MAX_TRACE // 2] + frames[-MAX_TRACE // 2 :]
    return {"kind": kind, "type": type(raised).__name__, "message": message[:2000], "frames": frames}


def arity_error(function: Callable[..., Any], name: str, arguments: Sequence[Any]) -> Error | None:
    """Why a function can't take these arguments; ``None`` where it can, or does not say."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*arguments)
    except TypeError as problem:
        return {
            "kind": "arguments",
            "name": name,
            "signature": f"{name}{signature}"[:300],
            "given": len(arguments),
            "message": str(problem)[:300],
        }
    return None


def public_functions(module: types.ModuleType) -> list[str]:
    """The names of the functions that a module defines or imports, without those that begin with ``_``."""
    names = [
        name
        for name, value in list(module.__dict__.items())
        if isinstance(name, str) and isinstance(value, types.FunctionType) and not name.startswith("_")
    ]
    return [name[:80] for name in names[:30]]
