"""What a worker does with a learner's file: it answers the judge's requests.

It reads requests from the judge's socket, calls the learner's functions,
and answers each request exactly once. Nothing that it says about itself is believed: the judge
checks every answer, and the kernel measures.

Requests (each with ``id`` and ``nonce``, which the answer repeats):

``prepare``   on a GPU, before anything else: start CUDA, or say why it can't be used
``load``      the source's bytes lie in the arena; compile and run them as module ``solution``
``call``      a function by name with encoded arguments; ``keep`` leaves the result here under a number,
              ``on`` calls a method of such a kept object, ``gradient`` asks for gradients of the call,
              ``each`` calls it for each row of the first argument
``evaluate``  an expression over the loaded module's names (code answers of quizzes)

On a GPU a call is answered when the GPU has done its work, and each answer tells the peak of torch's allocator.

A ``folder`` argument is a folder of files, which come through the arena with its first use: they are written
to the worker's own scratch, and the function is given the path.
"""

from __future__ import annotations

import importlib.util
import linecache
import socket
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.sandbox import values, wire
from tutor.sandbox.arena import Arena
from tutor.sandbox.describing import Error, arity_error, describe, public_functions

if TYPE_CHECKING:
    from tutor.sandbox.cuda import Cuda

MODULE = "solution"
REHEARSED = b"def rehearse(a: object, b: object = None) -> object:\n    return a, b\n"


class _Refused(Exception):
    """A request that ends without a call; holds the error to answer."""

    def __init__(self, error: Error) -> None:
        super().__init__()
        self.error = error


class Worker:
    """Answers requests about one learner's file until the judge hangs up."""

    def __init__(
        self,
        sock: socket.socket,
        arena: Arena | None,
        tensors: values.TensorCodec | None,
        cuda: Cuda | None = None,
    ) -> None:
        self._sock, self._arena, self._tensors, self._cuda = sock, arena, tensors, cuda
        self._scratch = Path.cwd()
        self._module = types.ModuleType(MODULE)
        self._path = "solution.py"
        self._kept: list[Any] = []

    def serve(self) -> None:
        """Reads and answers until the judge closes the socket."""
        while True:
            try:
                request = wire.receive(self._sock)
            except wire.WireError:
                return
            if self._arena is not None:
                self._arena.rewind()
            answer = self._answer(request)
            _flush()
            about = {"id": request.get("id"), "nonce": request.get("nonce")}
            if self._cuda is not None:
                about["device_bytes"] = self._cuda.peak_bytes()
            try:
                try:
                    wire.send(self._sock, {**about, **answer})
                except wire.TooLong:
                    too_long = {
                        "kind": "unsendable",
                        "name": request.get("call"),
                        "message": "more text than may cross",
                    }
                    wire.send(self._sock, {**about, "error": too_long})
            except wire.WireError:
                return

    def rehearse(self) -> None:
        """Loads a file and calls a function for nothing, before anybody else writes to the arena: then the learner's
        file finds the memory that this takes in place."""
        assert self._arena is not None, "code answers are not rehearsed"
        self._arena.map[: len(REHEARSED)] = REHEARSED
        self._answer({"load": {"at": 0, "bytes": len(REHEARSED), "path": self._path}})
        tensor = {"t": "tensor", "dtype": "float32", "shape": [4], "at": 0}
        self._answer({"call": "rehearse", "args": [tensor, tensor]})
        self._arena.map[: len(REHEARSED)] = bytes(len(REHEARSED))

    def _answer(self, request: wire.Frame) -> wire.Frame:
        try:
            if "prepare" in request:
                self._prepare()
                return {"value": {"t": "none"}}
            if "load" in request:
                self._load(request["load"])
                return {"value": {"t": "none"}}
            if "evaluate" in request:
                return {
                    "value": self._encode(eval(request["evaluate"], self._module.__dict__), "the expression")
                }
            return self._call(request)
        except _Refused as refused:
            return {"error": refused.error}
        except BaseException as raised:  # SystemExit and KeyboardInterrupt of the learner's are answers too
            return {"error": describe(raised, self._path)}

    def _prepare(self) -> None:
        trouble = self._cuda.start() if self._cuda is not None else ""
        if trouble:
            raise _Refused({"kind": "unusable", "message": trouble})

    def _load(self, load: dict[str, Any]) -> None:
        source = self._source(load)
        self._path = str(load["path"])
        self._module = types.ModuleType(MODULE)
        self._module.__file__ = self._path
        sys.modules[MODULE] = self._module
        try:
            text = importlib.util.decode_source(source)  # as Python does: BOM, PEP 263, universal newlines
            code = compile(text, self._path, "exec", dont_inherit=True)
        except Exception as problem:
            raise _Refused({**describe(problem, self._path), "kind": "syntax"}) from None
        linecache.cache[self._path] = (len(source), None, text.splitlines(keepends=True), self._path)
        exec(code, self._module.__dict__)

    def _source(self, load: dict[str, Any]) -> bytes:
        if self._arena is None:
            return str(load["text"]).encode()
        return bytes(self._arena.map[load["at"] : load["at"] + load["bytes"]])

    def _call(self, request: wire.Frame) -> wire.Frame:
        name = request["call"]
        function = self._function(name, request.get("on"))
        arguments = [self._argument(argument) for argument in request["args"]]
        try:
            result = self._result(function, arguments, request)
        except TypeError:
            misfit = arity_error(function, name, arguments)
            if misfit is not None:
                raise _Refused(misfit) from None
            raise
        if self._cuda is not None:
            self._cuda.wait()
        if request.get("keep"):
            self._kept.append(result)
            return {"kept": len(self._kept) - 1, "type": type(result).__name__}
        return {"value": self._encode(result, name)}

    def _result(self, function: Callable[..., Any], arguments: list[Any], request: wire.Frame) -> Any:
        if "gradient" in request:
            return self._gradient(function, arguments, request["gradient"])
        if request.get("each"):
            rows, *others = arguments
            return [function(row, *others) for row in rows.split(1)]
        return function(*arguments)

    def _function(self, name: str, on: int | None) -> Callable[..., Any]:
        if on is not None:
            return getattr(self._kept[on], name)  # type: ignore[no-any-return]
        function = self._module.__dict__.get(name)
        if function is None:
            raise _Refused({"kind": "missing", "name": name, "defined": public_functions(self._module)})
        if not callable(function):
            raise _Refused({"kind": "not-callable", "name": name, "type": type(function).__name__})
        return function  # type: ignore[no-any-return]

    def _argument(self, encoded: Any) -> Any:
        if isinstance(encoded, dict) and encoded.get("t") == "kept":
            return self._kept[encoded["id"]]
        if isinstance(encoded, dict) and encoded.get("t") == "folder":
            return self._folder(encoded)
        return values.decode(encoded, self._tensors)

    def _folder(self, encoded: dict[str, Any]) -> Path:
        """A folder of the judge's. What the learner's code makes of it later is its own affair."""
        folder = self._scratch / str(encoded["name"])
        if "files" in encoded:
            folder.mkdir()
            for name, content in values.decode(encoded["files"], self._tensors).items():
                (folder / name).write_bytes(content.cpu().numpy().tobytes())
        return folder

    def _gradient(self, function: Callable[..., Any], arguments: list[Any], wanted: dict[str, Any]) -> Any:
        """Gradients of ``function(*arguments)`` with respect to the arguments at the positions ``of``,
        for the upstream gradient given."""
        import torch

        upstream = values.decode(wanted["upstream"], self._tensors)
        for position in wanted["of"]:
            arguments[position] = arguments[position].detach().clone().requires_grad_(True)
        output = function(*arguments)
        inputs = [arguments[position] for position in wanted["of"]]
        return tuple(torch.autograd.grad(output, inputs, upstream, allow_unused=True))

    def _encode(self, result: Any, name: str) -> values.Encoded:
        try:
            return values.encode(result, self._tensors)
        except values.Unsendable as problem:
            raise _Refused({"kind": "unsendable", "name": name, "message": str(problem)}) from None


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue
