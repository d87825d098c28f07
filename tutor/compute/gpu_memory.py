"""Memory of one GPU from outside, by its driver (NVML): what is free, and what a process holds.

The process itself is never asked. ``None`` stands for what the driver does not tell: memory by process under
Windows' subsystem for Linux, in many containers, and on some slices of a GPU.

Written after NVML's documentation and tested with a stand-in of it; it has not run on a GPU yet.
"""

from __future__ import annotations

from typing import Any

from tutor.compute.gpus import NoDriver, handles, open_driver, uuid_of

ROOM_FOR_CONTEXTS = 4 << 30
"""Free bytes from which on processes that wait may hold a CUDA context each, about 600 MB on a large card."""

_opened: dict[str, GpuMemory] = {}


class GpuMemory:
    """One GPU's memory. Asking takes well under a millisecond; a GPU that is gone answers ``None``."""

    def __init__(self, nvml: Any, handle: Any) -> None:
        self._nvml, self._handle = nvml, handle

    @classmethod
    def of(cls, device: str) -> GpuMemory | None:
        """The memory of ``cuda:N``; ``None`` for other devices, and where the driver shows no such GPU.

        NVML stays open for as long as this process lives: to start it takes longer than all questions of a grading.
        """
        kind, _, number = device.partition(":")
        if kind != "cuda":
            return None
        known = _opened.get(device)
        if known is not None and known.answers:
            return known
        found = cls._open(int(number or 0))
        if found is not None:
            _opened[device] = found
        return found

    @classmethod
    def _open(cls, number: int) -> GpuMemory | None:
        try:
            nvml = open_driver()
        except NoDriver:
            return None
        try:
            return cls(nvml, handles(nvml)[number])
        except (nvml.NVMLError, IndexError):
            return None

    @property
    def answers(self) -> bool:
        """Whether the driver still knows this GPU."""
        return self.uuid is not None

    @property
    def uuid(self) -> str | None:
        """Its name for good."""
        try:
            return uuid_of(self._nvml, self._handle)
        except self._nvml.NVMLError:
            return None

    @property
    def free_bytes(self) -> int | None:
        """What nobody holds."""
        try:
            return int(self._nvml.nvmlDeviceGetMemoryInfo(self._handle).free)
        except self._nvml.NVMLError:
            return None

    @property
    def has_room(self) -> bool:
        """Whether processes may hold a context before there is work for them."""
        return (self.free_bytes or 0) >= ROOM_FOR_CONTEXTS

    def process_bytes(self, pid: int) -> int | None:
        """What a process holds here, its CUDA context included; ``None`` where the driver does not tell.

        Args:
            pid: as this process sees it. The driver translates numbers for the namespace of who asks, where it
                knows of namespaces; where it doesn't, a container's numbers are not found.
        """
        try:
            processes = self._nvml.nvmlDeviceGetComputeRunningProcesses(self._handle)
        except self._nvml.NVMLError:
            return None
        held = [process.usedGpuMemory for process in processes if process.pid == pid]
        known = [int(count) for count in held if count is not None]
        return sum(known) if known else None
