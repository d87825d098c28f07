"""The learner's functions as a hidden check sees them: calls that cross to an untrusted process.

The judge assumes the worst of a worker: exactly one answer a request, tied to it by a nonce;
unknown keys are dropped; every text in it is hostile; what it returns is copied and checked before
anyone looks at a number.
"""

from __future__ import annotations

import math
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.compute.memory import peak_growth_bytes
from tutor.compute.process import peak_resident_bytes
from tutor.grading.checks import payload_bytes
from tutor.grading.device_use import DeviceUnusable, DeviceUse
from tutor.grading.told_errors import clean_error
from tutor.grading.verdict import PROCESS_ENDED
from tutor.sandbox import values, wire
from tutor.sandbox.arena import Arena
from tutor.sandbox.clean import clean_text
from tutor.sandbox.tensors import ArenaTensors

TELL_AFTER, TELL_EVERY = 0.02, 0.25
"""Seconds. A call is told of where it lasts, and now and then: who listens takes a core from who works."""
LOOK_EVERY = 0.002
"""Seconds between two looks at device memory that is judged."""


class SolutionError(Exception):
    """The learner's code raised, did not load, or answered with nothing that can be judged."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("kind", "raised"))
        self.error = error


class SolutionLost(Exception):
    """The learner's process ``pid`` is gone, or no longer keeps to the protocol; ``name`` says what it was doing."""

    def __init__(self, name: str, why: str, pid: int) -> None:
        super().__init__(why)
        self.name, self.why, self.pid = name, why, pid


@dataclass(frozen=True)
class Kept:
    """A result that stayed in the learner's process; asked about by further calls."""

    connection: Connection
    number: int
    type_name: str

    def call(self, method: str, *arguments: Any) -> Any:
        """Calls a method of the kept object there."""
        return self.connection.call(method, arguments, on=self.number)


@dataclass(frozen=True, eq=False)
class Folder:
    """A folder of small files, as an argument: the function is given its path in its process's own scratch.

    Scratch holds 16 MiB. The files (name -> u8[n]) cross with the first use; after that the folder stays there.
    """

    files: Mapping[str, Any]


class Connection:
    """One worker: its socket, its arena, and the requests that cross.

    ``on_call`` is told of the function that is being called, where the call lasts. ``device``: what the worker uses
    of a GPU, where it works on one.
    """

    def __init__(
        self,
        sock: socket.socket,
        arena: Arena,
        pid: int,
        on_call: Callable[[str], None],
        device: DeviceUse | None = None,
    ) -> None:
        self._sock, self._arena, self.pid, self.device = sock, arena, pid, device
        self._tensors = ArenaTensors(arena, copy=True)
        self._on_call = on_call
        self._number = 0
        self._loaded = False
        self._folders: list[Folder] = []
        self._told_at = -math.inf
        self.payload_bytes = 0
        self._resident_at_start: int | None = None

    def load(self, source: bytes, path: str) -> None:
        """Hands the source over, once; it is never compiled on this side.

        Raises:
            SolutionError: the file does not load.
            DeviceUnusable: the GPU can't be started; known before the source is handed over.
        """
        if self._loaded:
            return
        self._loaded = True
        if self.device is not None:
            self._start_device(self.device)
        self._resident_at_start = peak_resident_bytes(self.pid)
        self._arena.rewind()
        offset = self._arena.reserve(len(source))
        self._arena.map[offset : offset + len(source)] = source
        self._ask({"load": {"at": offset, "bytes": len(source), "path": path}}, "loading the file")

    def _start_device(self, device: DeviceUse) -> None:
        """Has the worker start CUDA. It has not seen the learner's file yet, so its word is believed."""
        try:
            wire.send(self._sock, {"id": 0, "nonce": "", "prepare": True})
            answer = wire.receive(self._sock)
        except wire.WireError:
            raise DeviceUnusable("the process that should work on it ended") from None
        if "error" in answer:
            raise DeviceUnusable(clean_text(str(answer["error"]["message"]), 300, single_line=True))
        device.hear(answer)
        device.begin()

    @property
    def touched(self) -> tuple[int, int]:
        """How far each half of the arena was used: bytes sent, bytes that came back."""
        return self._arena.written, self._tensors.read

    def receive_protections(self) -> dict[str, str]:
        """The worker's first frame, sent before it has seen the learner's file: which layers confine it.

        Raises:
            SolutionLost: it did not come so far.
        """
        try:
            confined: dict[str, str] = wire.receive(self._sock)["confined"]
        except wire.WireError:
            raise SolutionLost("starting", "its process ended before it read the file", self.pid) from None
        return confined

    def peak_growth(self) -> int | None:
        """Growth of the worker's peak resident memory since it was connected, in bytes, by the kernel's account."""
        return peak_growth_bytes(self.pid, self._resident_at_start)

    def call(
        self,
        name: str,
        arguments: tuple[Any, ...],
        *,
        keep: bool = False,
        on: int | None = None,
        gradient: tuple[tuple[int, ...], Any] | None = None,
        each: bool = False,
    ) -> Any:
        """Calls a function of the learner's and returns a copy of its result.

        Args:
            name: the function, or the method where ``on`` names a kept object.
            arguments: plain values, tensors, folders, or ``Kept`` objects of this connection.
            keep: leave the result there and return a ``Kept``.
            gradient: positions of arguments and the upstream gradient: returns their gradients instead.
            each: call it once for each row of the first argument, and return the list of results.

        Raises:
            SolutionError: the call raised, or returned what cannot cross.
            SolutionLost: the process is gone.
        """
        self._arena.rewind()
        request: wire.Frame = {"call": name, "args": [self._encode(argument) for argument in arguments]}
        if keep:
            request["keep"] = True
        if each:
            request["each"] = True
        if on is not None:
            request["on"] = on
        if gradient is not None:
            positions, upstream = gradient
            request["gradient"] = {"of": list(positions), "upstream": self._encode(upstream)}
        answer = self._ask(request, name)
        if keep:
            if type(answer.get("kept")) is not int:
                raise SolutionLost(name, "its answer was malformed (nothing was kept)", self.pid)
            return Kept(self, answer["kept"], clean_text(answer.get("type", ""), 80, single_line=True))
        self._tensors.new_message()
        try:
            value = values.decode(answer.get("value"), self._tensors)
        except values.Malformed as problem:
            raise SolutionLost(name, f"its answer was malformed ({problem})", self.pid) from None
        self.payload_bytes += payload_bytes(value)
        return value

    def _encode(self, argument: Any) -> wire.Frame:
        if isinstance(argument, Kept):
            return {"t": "kept", "id": argument.number}
        if isinstance(argument, Folder):
            return self._encode_folder(argument)
        return values.encode(argument, self._tensors)

    def _encode_folder(self, folder: Folder) -> wire.Frame:
        known = folder in self._folders
        if not known:
            self._folders.append(folder)
        encoded: wire.Frame = {"t": "folder", "name": f"folder-{self._folders.index(folder)}"}
        return encoded if known else {**encoded, "files": values.encode(dict(folder.files), self._tensors)}

    def _ask(self, request: wire.Frame, name: str) -> wire.Frame:
        self._number += 1
        nonce = secrets.token_hex(8)
        if time.monotonic() - self._told_at > TELL_EVERY:
            self._tell_of(name)
        try:
            wire.send(self._sock, {"id": self._number, "nonce": nonce, **request})
            if self.device is not None and self.device.closely:
                self._tell_of(name)
                self._follow(self.device)
            elif not wire.readable(self._sock, TELL_AFTER):
                self._tell_of(name)
            answer = wire.receive(self._sock)
        except wire.WireClosed:
            raise SolutionLost(name, PROCESS_ENDED, self.pid) from None
        except wire.WireError as problem:
            raise SolutionLost(name, str(problem), self.pid) from None
        if answer.get("id") != self._number or answer.get("nonce") != nonce:
            raise SolutionLost(name, "it answered a request that was not made", self.pid)
        if self.device is not None:
            self.device.hear(answer)
        if "error" in answer:
            error = clean_error(answer["error"])
            raise SolutionError(
                error if self.device is None else {**error, "free_bytes": self.device.free_bytes}
            )
        return answer

    def _follow(self, device: DeviceUse) -> None:
        """Looks at the device memory that is judged, until the answer is there and once more then."""
        while not wire.readable(self._sock, LOOK_EVERY):
            device.look()
        device.look()

    def _tell_of(self, name: str) -> None:
        self._told_at = time.monotonic()
        self._on_call(name)


@dataclass
class Solution:
    """The fixture ``solution``: ``solution.NAME(*arguments)`` calls the learner's function NAME.

    Args:
        processes: function name -> ``first`` or ``second``, from ``exercise.yaml``.
        open_connection: gives the connection of a process, loaded (the ones of this grading, or a fresh one).
    """

    processes: Mapping[str, str]
    open_connection: Callable[[str], Connection]
    _functions: dict[str, RemoteFunction] = field(default_factory=dict)

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._functions.setdefault(name, RemoteFunction(self, name))

    def connection(self, name: str) -> Connection:
        return self.open_connection(self.processes.get(name, "first"))


@dataclass(frozen=True)
class RemoteFunction:
    """One function of the learner's."""

    solution: Solution
    name: str

    def __call__(self, *arguments: Any) -> Any:
        return self.solution.connection(self.name).call(self.name, arguments)

    def kept(self, *arguments: Any) -> Kept:
        """Calls it and leaves the result in the learner's process."""
        result: Kept = self.solution.connection(self.name).call(self.name, arguments, keep=True)
        return result

    def each(self, rows: Any, *arguments: Any) -> Any:
        """Calls it in one request for each row of a tensor, ``[1, …]``, and returns all results: for clocks."""
        return self.solution.connection(self.name).call(self.name, (rows, *arguments), each=True)

    def gradient(self, *arguments: Any, of: tuple[int, ...], upstream: Any) -> Any:
        """Gradients with respect to the arguments at positions ``of``, for ``upstream`` (shape of the output)."""
        return self.solution.connection(self.name).call(self.name, arguments, gradient=(of, upstream))
