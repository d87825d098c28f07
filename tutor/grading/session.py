"""One grading as the judge sees it: the submission, its workers, and the parent that listens."""

from __future__ import annotations

import base64
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

from tutor.grading.device_use import DeviceUnusable, DeviceUse, use_in_judge
from tutor.grading.draw import Draw, Order, draw_ahead
from tutor.grading.proxy import Connection, Solution, SolutionError, SolutionLost
from tutor.grading.verdict import Table
from tutor.sandbox import wire
from tutor.sandbox.arena import Arena
from tutor.sandbox.warm import touch_heap, touch_libraries

JUDGE_COPIES = 6
"""How many tensors of an input's size a check holds at once, about: that much heap a spare judge makes ready."""


class Session:
    """One grading as the judge sees it: the submission, its workers, and the parent that listens."""

    def __init__(self, report: socket.socket, team: wire.Frame, descriptors: list[int]) -> None:
        self._report = report
        self.device = str(team["device"])
        self.model = str(team["model"])
        self._processes: dict[str, str] = team["processes"]
        self._populate: tuple[int, int] = (int(team["populate"][0]), int(team["populate"][1]))
        self._source, self._path = b"", ""
        self._gpu = use_in_judge(self.device)
        self._uses: list[DeviceUse] = []
        pairs = zip(descriptors[::2], descriptors[1::2], team["worker_pids"], strict=True)
        self._connections = {
            process: self._connect(*pair) for process, pair in zip(("first", "second"), pairs, strict=True)
        }
        self._failure: SolutionError | SolutionLost | None = None
        self._peak: int | None = None
        self._told_loaded = False
        self._heap_bytes = int(team["heap_bytes"])
        self._seed = int(team["seed"])
        self._draws: dict[str, Draw] = {}
        self.rehearses = bool(team["warm"])
        if self.rehearses:
            touch_libraries()
        if team["spare"]:
            self._draws = draw_ahead(self._seed, _orders(team["draws"]))
            touch_heap(JUDGE_COPIES * self._populate[0])

    def begin(self, start: wire.Frame) -> None:
        """Takes the submission. A seed of its own is for who proves a grader."""
        self._path = str(start["path"])
        if start["seed"] is not None and int(start["seed"]) != self._seed:
            self._seed, self._draws = int(start["seed"]), {}
        self._source = base64.b64decode(start["source"])

    def draw(self, check: str) -> Draw:
        """The inputs of one check."""
        return self._draws.setdefault(check, Draw(self._seed, check))

    @property
    def source(self) -> bytes:
        return self._source

    def tell(self, frame: wire.Frame) -> None:
        wire.send(self._report, frame)

    def tell_table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str | float]],
        plot: tuple[str, str] | None = None,
    ) -> None:
        """Adds a table to the verdict; ``plot`` names two columns to draw against each other."""
        self.tell({"table": Table(title, tuple(columns), tuple(map(tuple, rows)), plot).to_json()})

    def solution(self) -> Solution:
        """The learner's functions, in this grading's two processes."""
        return Solution(self._processes, self._connection)

    def load(self) -> None:
        """Runs the learner's file in the first process.

        Raises:
            SolutionError, SolutionLost: it does not load; from then on every check has this answer.
        """
        if self._failure is not None:
            raise self._failure
        try:
            self._connection("first")
        except (SolutionError, SolutionLost) as failure:
            self._failure = failure
            raise
        if not self._told_loaded:
            self._told_loaded = True
            self.tell({"loaded": True})

    def peak_memory(self, name: str, *arguments: Any) -> tuple[Any, int]:
        """One call in a fresh process, and the growth of its peak memory in bytes: of resident memory or, on a GPU, of
        device memory, whichever is larger.

        Raises:
            SolutionError: the call raised.
            SolutionLost: the process is gone, also where it answered first: then nothing was measured.
        """
        self.tell({"fresh": True})
        answer, descriptors = wire.receive_with_descriptors(self._report)
        connection = self._connect(descriptors[0], descriptors[1], int(answer["pid"]), closely=True)
        self._hand_over(connection)
        result = connection.call(name, arguments)
        growth = connection.peak_growth()
        if growth is None and sys.platform == "linux":
            raise SolutionLost(name, "its process was gone before its memory was measured", connection.pid)
        growth = growth or 0
        self._peak = max(growth, self._peak or 0)
        on_device = connection.device.growth if connection.device is not None else None
        return result, max(growth, on_device or 0)

    def finish(self) -> None:
        """The last word to the parent."""
        connections = self._connections.values()
        growths = [connection.peak_growth() for connection in connections]
        known = [self._heap_bytes + growth for growth in growths if growth is not None]
        touched = [connection.touched for connection in connections]
        told = [use.told for use in self._uses if use.told is not None]
        self.tell(
            {
                "done": {
                    "payload_bytes": self._connections["first"].payload_bytes,
                    "peak_host_bytes": max(known, default=None) if self._peak is None else self._peak,
                    "told_device_bytes": max(told, default=None),
                    "heap_bytes": max(known, default=0),
                    "touched": [max(request for request, _ in touched), max(reply for _, reply in touched)],
                    "draws": {check: draw.orders for check, draw in self._draws.items()},
                }
            }
        )

    def _connection(self, process: str) -> Connection:
        connection = self._connections[process]
        self._hand_over(connection)
        return connection

    def _hand_over(self, connection: Connection) -> None:
        """Gives the process the learner's file, once. A device that it can't use is for the parent to tell.

        Raises:
            SolutionError, SolutionLost: the file does not load.
        """
        try:
            connection.load(self._source, self._path)
        except DeviceUnusable as problem:
            self.tell({"unusable": str(problem)})
            raise SolutionLost("starting", "its device can't be used", connection.pid) from None

    def _connect(
        self, descriptor: int, arena_descriptor: int, pid: int, *, closely: bool = False
    ) -> Connection:
        """Maps a worker's arena and hears which layers confine it; all that can be done before there is a file."""
        arena = Arena(arena_descriptor, judge=True, populate=self._populate)
        os.close(arena_descriptor)
        sock = socket.socket(fileno=descriptor)
        use = DeviceUse(self._gpu, pid, closely=closely) if self.device.startswith("cuda") else None
        self._uses += [use] if use is not None else []
        connection = Connection(sock, arena, pid, lambda name: self.tell({"calling": name}), use)
        self.tell({"protections": connection.receive_protections()})
        return connection


def _orders(draws: dict[str, list[Any]]) -> dict[str, list[Order]]:
    return {check: [(kind, tuple(sizes)) for kind, sizes in orders] for check, orders in draws.items()}
