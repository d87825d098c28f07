"""One worker as its trusted parent holds it: descriptors, what it prints, and what the kernel says of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
from dataclasses import dataclass, field

from tutor.compute.memory import proportional_bytes
from tutor.compute.process import cpu_seconds, resident_bytes, run_delay_seconds, tree
from tutor.errors import GraderFault
from tutor.sandbox.arena import create_descriptor
from tutor.sandbox.cgroups import Group
from tutor.sandbox.child import Child
from tutor.sandbox.confinement.kernel import Unavailable
from tutor.sandbox.confinement.world import SCRATCH_BYTES, SCRATCH_FILES
from tutor.sandbox.forks import Forks
from tutor.sandbox.scratch import holds_more

OUTPUT_LIMIT = 64 << 10
TRACE_LIMIT = 16 << 10
_TRACE_LINE = re.compile(rb'File "([^"\n]{1,4096})", line (\d{1,8}) in ([^\n]{1,80})')


def _grouped(pid: int, memory_bytes: int) -> tuple[Group | None, str]:
    """A group that holds the process, and what reports say of it."""
    group = None
    try:
        group = Group.create(memory_bytes)
        group.add(pid)
    except Unavailable as problem:
        if group is not None:
            group.end()
        return None, f"unavailable: {problem}"
    return group, "active"


@dataclass
class Collected:
    """What comes out of a pipe: the first ``limit`` bytes, and how many there were."""

    limit: int
    data: bytearray = field(default_factory=bytearray)
    total: int = 0

    def add(self, chunk: bytes) -> None:
        self.total += len(chunk)
        room = self.limit - len(self.data)
        if room > 0:
            self.data += chunk[:room]


class WorkerProcess:
    """An untrusted process of one grading."""

    def __init__(
        self,
        child: Child,
        judge_socket: socket.socket,
        arena: int,
        pipes: tuple[int, int],
        group: Group | None,
        group_state: str,
    ) -> None:
        self._child, self._group, self.group_state = child, group, group_state
        self.ran_out_of_memory = False
        self.judge_socket, self.arena = judge_socket, arena
        self.output, self.trace = Collected(OUTPUT_LIMIT), Collected(TRACE_LIMIT)
        self._pipes = list(zip(pipes, (self.output, self.trace), strict=True))
        self.last_cpu_seconds = 0.0
        self._run_delay_at_start = run_delay_seconds(child.pid) or 0.0
        loop = asyncio.get_running_loop()
        for descriptor, collected in self._pipes:
            os.set_blocking(descriptor, False)
            loop.add_reader(descriptor, self._drain, descriptor, collected)

    @classmethod
    async def launch(
        cls, zygote: Forks, request: dict[str, object], half_arena_bytes: int, memory_bytes: int
    ) -> WorkerProcess:
        """Forks a worker from its zygote, with a fresh arena and pipes of its own; where the kernel gives it a
        group of its own, that may hold ``memory_bytes`` and its arena.

        Raises:
            GraderFault: the zygote is gone.
            OSError: no descriptors or no memory are left.
        """
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            judge_socket, worker_socket = socket.socketpair()
            ours.callback(judge_socket.close)
            theirs.callback(worker_socket.close)
            arena = create_descriptor(half_arena_bytes)
            ours.callback(os.close, arena)
            pipes = []
            for _ in range(2):
                reading, writing = os.pipe()
                ours.callback(os.close, reading)
                theirs.callback(os.close, writing)
                pipes.append((reading, writing))
            (output_read, output_write), (trace_read, trace_write) = pipes
            child = await zygote.fork(request, (worker_socket.fileno(), arena, output_write, trace_write))
            ours.pop_all()
        group, state = _grouped(child.pid, memory_bytes + 2 * half_arena_bytes)
        return cls(child, judge_socket, arena, (output_read, trace_read), group, state)

    @property
    def pid(self) -> int:
        """The process id as this process sees it."""
        return self._child.pid

    def hand_over(self) -> None:
        """Closes the judge's ends on this side, once the judge has them."""
        self.judge_socket.close()
        if self.arena >= 0:
            os.close(self.arena)
        self.arena = -1

    def cpu_seconds(self) -> float:
        """CPU seconds used so far with all descendants, by the kernel's account; the last figure once it ended."""
        if self.status() is None:
            used = sum(cpu_seconds(pid) or 0.0 for pid in tree(self.pid))
            self.last_cpu_seconds = max(used, self.last_cpu_seconds)
        return self.last_cpu_seconds

    def memory_bytes(self) -> int:
        """Memory held now, all descendants counted; pages that several share are counted once."""
        if self.status() is not None:
            return 0
        pids = tree(self.pid)
        if len(pids) == 1:
            return resident_bytes(self.pid) or 0
        return sum(proportional_bytes(pid) or resident_bytes(pid) or 0 for pid in pids)

    def fills_disk(self) -> bool:
        """Whether it holds more files than its scratch folder may, where nothing else limits that."""
        scratch = self._child.scratch
        return bool(scratch) and self.status() is None and holds_more(scratch, SCRATCH_BYTES, SCRATCH_FILES)

    def run_delay_seconds(self) -> float:
        """Seconds since its launch in which it could have run and was given no core."""
        return max(0.0, (run_delay_seconds(self.pid) or 0.0) - self._run_delay_at_start)

    def status(self) -> int | None:
        """The exit status if it has ended, negative for a signal."""
        return self._child.status

    @property
    def lives(self) -> bool:
        """Whether it has not ended; known before ``status``."""
        return self._child.lives

    def ask_for_trace(self) -> None:
        """Makes the worker write the lines on which its threads stand to its trace pipe."""
        self._child.signal(signal.SIGUSR1)

    def line_of(self, path: str) -> int | None:
        """The innermost line of the learner's file in what the trace shows, or ``None``."""
        encoded = path.encode("utf-8", "replace")
        for match in _TRACE_LINE.finditer(bytes(self.trace.data)):
            if match[1] == encoded:
                return int(match[2])
        return None

    def kill(self) -> None:
        """Ends the worker and all its descendants (it is the first process of their namespace), and reads
        what they had printed."""
        self.note_memory()
        if self.status() is None:
            self._child.signal(signal.SIGKILL)
        self._close()

    def note_memory(self) -> None:
        """Learns whether the kernel ended it for its memory."""
        self.ran_out_of_memory |= self._group is not None and self._group.ran_out_of_memory

    async def gone(self) -> None:
        """Returns when the kernel has taken a killed worker away (at most 2 s)."""
        with contextlib.suppress(TimeoutError, GraderFault):
            await asyncio.wait_for(self._child.ended(), 2.0)
        if self._group is not None:
            self._group.end()

    def _close(self) -> None:
        loop = asyncio.get_running_loop()
        for descriptor, collected in self._pipes:
            loop.remove_reader(descriptor)
            for _ in range(64):
                if not self._drain(descriptor, collected):
                    break
            os.close(descriptor)
        self._pipes = []
        self.hand_over()

    @staticmethod
    def _drain(descriptor: int, collected: Collected) -> bool:
        try:
            chunk = os.read(descriptor, 1 << 16)
        except OSError:
            return False
        collected.add(chunk)
        if not chunk:
            asyncio.get_running_loop().remove_reader(descriptor)
        return bool(chunk)
