"""What a grading uses of a GPU, found from outside; on a CPU there is nothing of this.

The driver tells what each process holds (``compute/gpu_memory.py``). Where it does not, as in many containers,
there is only the peak of torch's allocator, which the worker tells with its answers: the word of a process in
which the learner's code runs. It may make a check fail and never lets one pass, since a check takes the larger of
this and of the growth of host memory, which nobody has to be asked for.

Written for CUDA and tested with stand-ins for the driver; it has not run on a GPU yet.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from tutor.compute.gpu_memory import GpuMemory
from tutor.sandbox import wire

HOST_BYTES = 2 << 30
"""What CUDA's libraries, kernels and tables may take of host memory in each worker, beside an exercise's limit."""
MAX_BYTES = 1 << 48  # more memory than any device has


class DeviceUnusable(Exception):
    """The device could not be started, though the driver shows it; the message says why."""


def worker_request(device: str) -> dict[str, object]:
    """What a worker has to know of its GPU; nothing on other devices.

    ``context``: make CUDA ready at once, where the card has room for processes that only wait. Else it is made
    ready when there is a file to grade; before that in either case, so that it is no growth of the file's.
    """
    if not device.startswith("cuda"):
        return {}
    memory = GpuMemory.of(device)
    room = memory is not None and memory.has_room
    return {"gpu": memory.uuid if memory is not None else None, "context": room}


def host_bytes(device: str) -> int:
    """Host memory that each worker may hold beside the exercise's limit."""
    return HOST_BYTES if device.startswith("cuda") else 0


def use_in_judge(device: str) -> GpuMemory | None:
    """The GPU's memory, for the judge; from here on the judge sees no other GPU, so that plain ``cuda`` means it."""
    memory = GpuMemory.of(device)
    if memory is not None and memory.uuid is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = memory.uuid
    return memory


class DeviceUse:
    """What one worker holds on the GPU, as the judge follows it.

    Args:
        memory: the GPU's, ``None`` where no driver answers.
        pid: the worker, as this process sees it.
        closely: look again and again while it works, since what it holds is judged.
    """

    def __init__(self, memory: GpuMemory | None, pid: int, *, closely: bool = False) -> None:
        self._memory, self._pid = memory, pid
        self.closely = closely and memory is not None
        self._before: int | None = None
        self._most: int | None = None
        self._told_before: int | None = None
        self.told: int | None = None

    def begin(self) -> None:
        """Takes what is held now, with CUDA ready and the learner's file not yet there, for the beginning."""
        self._before = self._most = self._held()
        self._told_before = self.told

    def look(self) -> None:
        """Looks what is held now."""
        held = self._held()
        if held is not None:
            self._most = max(held, self._most or 0)

    def hear(self, answer: wire.Frame) -> None:
        """Takes the allocator's peak from an answer, where it is one: the answer may be forged."""
        told = answer.get("device_bytes")
        if type(told) is int and 0 <= told < MAX_BYTES:
            self.told = max(told, self.told or 0)

    @property
    def free_bytes(self) -> int | None:
        """What is free on the GPU now."""
        return self._memory.free_bytes if self._memory is not None else None

    @property
    def growth(self) -> int | None:
        """How far it rose since the beginning, by the driver; else, by the allocator; else ``None``."""
        for most, before in ((self._most, self._before), (self.told, self._told_before)):
            if most is not None and before is not None:
                return max(0, most - before)
        return None

    def _held(self) -> int | None:
        return self._memory.process_bytes(self._pid) if self._memory is not None else None


class DeviceWatch:
    """A GPU during a grading, as the trusted parent looks at it, whoever calls what."""

    def __init__(self, device: str) -> None:
        self._memory = GpuMemory.of(device)
        self._most: int | None = None

    def look(self, pids: Sequence[int]) -> int | None:
        """Looks what each of these processes holds. Returns the most that any has held so far, its CUDA context
        included; ``None`` where the driver does not tell."""
        if self._memory is not None:
            held = [held for pid in pids if (held := self._memory.process_bytes(pid)) is not None]
            self._most = max([*held, self._most or 0]) if held else self._most
        return self._most

    @property
    def is_gone(self) -> bool:
        """Whether the GPU is no longer there."""
        return self._memory is None or not self._memory.answers
