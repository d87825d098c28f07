"""What the driver tells of a GPU's memory, asked of a stand-in for NVML: there is no GPU where these tests run."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tutor.compute import gpu_memory
from tutor.compute.gpu_memory import GpuMemory

GIB = 1 << 30


class FakeNvml:
    """NVML of a machine with two GPUs; ``lost`` GPUs answer no more, ``processes`` hold memory on each."""

    class NVMLError(Exception):
        pass

    def __init__(self) -> None:
        self.started = 0
        self.free = [70 * GIB, 3 * GIB]
        self.processes: list[tuple[int, int | None]] = []
        self.lost = False

    def nvmlInit(self) -> None:
        self.started += 1

    def nvmlShutdown(self) -> None:
        self.started -= 1

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetUUID(self, handle: int) -> bytes:
        self._answer()
        return b"GPU-%d" % handle

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        self._answer()
        return SimpleNamespace(free=self.free[handle], total=80 * GIB)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[SimpleNamespace]:
        self._answer()
        return [SimpleNamespace(pid=pid, usedGpuMemory=held) for pid, held in self.processes]

    def _answer(self) -> None:
        if self.lost:
            raise self.NVMLError("GPU is lost")


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> FakeNvml:
    fake = FakeNvml()
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    monkeypatch.setattr(gpu_memory, "_opened", {})
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return fake


def memory_of(device: str) -> GpuMemory:
    memory = GpuMemory.of(device)
    assert memory is not None
    return memory


def test_a_gpu_is_found_by_its_number_among_those_that_cuda_sees(
    nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert memory_of("cuda:1").uuid == "GPU-1"
    assert memory_of("cuda").uuid == "GPU-0"
    monkeypatch.setattr(gpu_memory, "_opened", {})
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert memory_of("cuda:0").uuid == "GPU-1"
    assert GpuMemory.of("cuda:1") is None


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_other_devices_ask_no_driver(nvml: FakeNvml, device: str) -> None:
    assert GpuMemory.of(device) is None
    assert nvml.started == 0


def test_without_a_driver_there_is_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert GpuMemory.of("cuda:0") is None


def test_the_driver_is_started_once_for_all_questions(nvml: FakeNvml) -> None:
    assert memory_of("cuda:0") is memory_of("cuda:0")
    assert nvml.started == 1


def test_there_is_room_for_contexts_from_four_gib_on(nvml: FakeNvml) -> None:
    assert memory_of("cuda:0").has_room
    assert not memory_of("cuda:1").has_room
    nvml.free[1] = 4 * GIB
    assert memory_of("cuda:1").has_room


def test_a_process_is_found_by_its_number_and_counted_once_for_each_slice(nvml: FakeNvml) -> None:
    nvml.processes = [(41, 5 * GIB), (42, GIB), (42, 7)]
    assert memory_of("cuda:0").process_bytes(42) == GIB + 7


@pytest.mark.parametrize("processes", [[], [(41, GIB)], [(42, None)]])
def test_what_the_driver_does_not_tell_of_a_process_is_none(nvml: FakeNvml, processes: Any) -> None:
    nvml.processes = processes
    assert memory_of("cuda:0").process_bytes(42) is None


def test_a_gpu_that_is_gone_answers_nothing_and_raises_nothing(nvml: FakeNvml) -> None:
    memory = memory_of("cuda:0")
    nvml.lost = True
    assert not memory.answers
    assert (memory.free_bytes, memory.process_bytes(42), memory.has_room) == (None, None, False)
    assert GpuMemory.of("cuda:0") is None
    nvml.lost = False
    assert memory_of("cuda:0").answers
