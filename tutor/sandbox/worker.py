"""The untrusted side: the process in which a learner's file lives and dies.

It holds nothing hidden. It reads requests from the judge's socket, calls the learner's functions,
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

from tutor.sandbox import confinement, values, wire
from tutor.sandbox.arena import Arena
from tutor.sandbox.describing import Error, arity_error, describe, public_functions

if TYPE_CHECKING:
    from tutor.sandbox.cuda import Cuda

MODULE = "solution"


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
        misfit = arity_error(function, name, arguments)
        if misfit is not None:
            raise _Refused(misfit)
        if "gradient" in request:
            result = self._gradient(function, arguments, request["gradient"])
        elif request.get("each"):
            rows, *others = arguments
            result = [function(row, *others) for row in rows.split(1)]
        else:
            result = function(*arguments)
        if self._cuda is not None:
            self._cuda.wait()
        if request.get("keep"):
            self._kept.append(result)
            return {"kept": len(self._kept) - 1, "type": type(result).__name__}
        return {"value": self._encode(result, name)}

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


def prepare(options: dict[str, Any]) -> None:
    """What the zygote of workers does first, while it has a single thread."""
    confinement.prepare(
        options.get("public", ()),
        options.get("hidden", ()),
        gpu=bool(options.get("gpu")),
        without=options.get("without", ()),
    )


fork, reaped, scratch_of = confinement.fork, confinement.reaped, confinement.scratch_of


def preload() -> None:
    """What the zygote of workers imports beside what the stem has: nothing hidden, and no torch operation."""
    import faulthandler
    import importlib

    for name in ("tutor.sandbox.tensors", "tutor.sandbox.warm", "tutor.sandbox.cuda"):
        importlib.import_module(name)
    faulthandler.disable()
    confinement.seal()


def child(request: wire.Frame, descriptors: list[int]) -> int:
    """What a fork of the worker's zygote does. Descriptors: socket, arena, output, trace.

    Standard input becomes empty, standard output and error become ``output``; a signal makes
    ``trace`` receive the line on which the learner's code stands.
    """
    import faulthandler
    import os
    import signal

    import torch

    from tutor.sandbox.cuda import Cuda
    from tutor.sandbox.tensors import ArenaTensors
    from tutor.sandbox.warm import grow_exactly, touch_heap, touch_libraries

    socket_descriptor, arena_descriptor, output, trace = descriptors
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    faulthandler.enable(file=trace)
    faulthandler.register(signal.SIGUSR1, file=trace, all_threads=True, chain=False)
    populate = request.get("populate", (0, 0))
    arena = Arena(arena_descriptor, judge=False, populate=(int(populate[0]), int(populate[1])))
    os.close(arena_descriptor)
    torch.set_num_threads(int(request.get("threads", 1)))
    if request.get("measured"):
        grow_exactly()
    device = str(request.get("device", "cpu"))
    cuda = Cuda(request.get("gpu"), device) if device.startswith("cuda") else None
    report = confinement.confine(
        keep=(socket_descriptor, trace),
        cpu_seconds=request.get("cpu_seconds"),
        on_gpu=cuda is not None,
        compiles=bool(request.get("compiles")),
    )
    if cuda is not None and request.get("context"):
        cuda.start()
    tensors = ArenaTensors(arena, copy=False, device=cuda.device if cuda is not None else device)
    if request.get("warm"):
        touch_libraries()
        touch_heap(int(request.get("heap_bytes", 0)))
    sock = socket.socket(fileno=socket_descriptor)
    wire.send(sock, {"confined": report})
    Worker(sock, arena, tensors, cuda).serve()
    return 0


def main() -> None:
    """A cold worker for code answers of quizzes: plain values only, no arena, no torch of ours."""
    descriptor = int(sys.argv[1])
    confinement.prepare()
    confinement.seal()
    confinement.confine(keep=(descriptor,))
    Worker(socket.socket(fileno=descriptor), None, None).serve()


if __name__ == "__main__":
    main()
