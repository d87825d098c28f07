"""Grading on a GPU, with stand-ins for the driver and for ``torch.cuda``: there is no GPU where these tests run."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.grading.conftest import WarmGrader
from tutor.compute.gpu_memory import GpuMemory
from tutor.course import load_content
from tutor.errors import EnvironmentProblem
from tutor.grading import device_use, from_bytes
from tutor.grading.device_use import DeviceUnusable, DeviceUse, DeviceWatch, host_bytes, worker_request
from tutor.grading.proxy import Connection, SolutionError, SolutionLost
from tutor.grading.run import Run
from tutor.grading.session import Session
from tutor.paths import ContentRoot
from tutor.sandbox import wire
from tutor.sandbox.answering import Worker
from tutor.sandbox.arena import Arena, create_descriptor
from tutor.sandbox.cuda import Cuda
from tutor.sandbox.tensors import ArenaTensors

COURSE = load_content(ContentRoot(Path(__file__).parent / "course"))
EXERCISE = COURSE.exercise("halve")
REFERENCE = EXERCISE.reference.read_bytes()
NO_CUDA = not torch.cuda.is_available()
GIB = 1 << 30


class FakeMemory(GpuMemory):
    """A GPU as its driver tells of it; readings of a process come one after the other, the last one again."""

    def __init__(
        self, *readings: int | None, free: int | None = 70 * GIB, uuid: str | None = "GPU-7"
    ) -> None:
        self.readings, self.free, self.name = list(readings), free, uuid

    @property
    def uuid(self) -> str | None:
        return self.name

    @property
    def free_bytes(self) -> int | None:
        return self.free

    def process_bytes(self, pid: int) -> int | None:
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Callable[[GpuMemory | None], None]:
    def have(memory: GpuMemory | None) -> None:
        monkeypatch.setattr(GpuMemory, "of", lambda device: memory if device.startswith("cuda") else None)

    return have


# --- what a worker is told -----------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_off_the_gpu_a_worker_is_told_nothing_and_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setattr(GpuMemory, "of", lambda device: pytest.fail("the driver was asked"))
    assert worker_request(device) == {}
    assert host_bytes(device) == 0


@pytest.mark.parametrize(
    ("memory", "request_"),
    [
        (FakeMemory(None), {"gpu": "GPU-7", "context": True}),
        (FakeMemory(None, free=4 * GIB), {"gpu": "GPU-7", "context": True}),
        (FakeMemory(None, free=4 * GIB - 1), {"gpu": "GPU-7", "context": False}),
        (FakeMemory(None, free=None), {"gpu": "GPU-7", "context": False}),
        (FakeMemory(None, uuid=None), {"gpu": None, "context": True}),
        (None, {"gpu": None, "context": False}),
    ],
)
def test_a_worker_waits_with_a_context_where_the_card_has_room(
    gpu: Any, memory: GpuMemory | None, request_: dict[str, object]
) -> None:
    gpu(memory)
    assert worker_request("cuda:1") == request_


def test_the_judge_sees_the_same_gpu_and_no_other(gpu: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    gpu(FakeMemory(None, uuid=None))
    device_use.use_in_judge("cuda:1")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0,1"
    gpu(FakeMemory(None))
    assert device_use.use_in_judge("cuda:1") is not None
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-7"


# --- what a worker uses ----------------------------------------------------------------------------------


def used(memory: GpuMemory | None, *told: Any) -> DeviceUse:
    """A worker that tells these figures, the first when CUDA is ready, and is looked at after each other."""
    use = DeviceUse(memory, 42, closely=True)
    first, *others = told
    use.hear({"device_bytes": first})
    use.begin()
    for figure in others:
        use.hear({"device_bytes": figure})
        use.look()
    return use


@pytest.mark.parametrize(
    ("memory", "told", "growth"),
    [
        (FakeMemory(600, 900, 700), (0, 5, 5), 300),  # by the driver, which wins; the highest reading counts
        (FakeMemory(600, 600, 600), (0, 0, 999), 0),
        (FakeMemory(600, 500), (0, 5), 0),
        (FakeMemory(None), (10, 50, 30), 40),  # by the allocator, where the driver does not tell
        (FakeMemory(None, 700), (10, 50), 40),  # a figure without its beginning is none
        (None, (10, 50), 40),
        (None, (None, 50), None),
        (None, (0, None), 0),
    ],
)
def test_growth_is_the_drivers_and_only_without_it_the_allocators(
    memory: GpuMemory | None, told: tuple[Any, ...], growth: int | None
) -> None:
    assert used(memory, *told).growth == growth


@pytest.mark.parametrize("forged", [-1, 1 << 48, "9", 1.5, True, None, [1]])
def test_a_forged_figure_is_no_figure(forged: Any) -> None:
    assert used(None, 7, forged).told == 7


def test_the_parent_keeps_the_most_that_one_process_held(gpu: Any) -> None:
    gpu(FakeMemory(3, 9, None, 4, None))
    watch = DeviceWatch("cuda:0")
    assert [watch.look([1, 2]), watch.look([1, 2]), watch.look([1])] == [9, 9, 9]
    gpu(FakeMemory(None))
    assert DeviceWatch("cuda:0").look([1, 2]) is None


def test_a_gpu_is_gone_when_its_driver_no_longer_answers(gpu: Any) -> None:
    memory = FakeMemory(1)
    gpu(memory)
    watch = DeviceWatch("cuda:0")
    assert not watch.is_gone
    memory.name = None
    assert watch.is_gone


# --- judge and worker ------------------------------------------------------------------------------------


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Connection]]:
    """A judge's connection to a worker in a thread, whose ``torch.cuda`` does nothing and whose peak is 5 bytes
    more after each answer."""
    peak = iter(range(0, 1000, 5))
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: next(peak))
    monkeypatch.setattr(Cuda, "_make_ready", lambda self: None)
    ends: list[tuple[socket.socket, threading.Thread]] = []

    def connected(use: DeviceUse | None) -> Connection:
        descriptor = create_descriptor(1 << 16)
        ours, theirs = Arena(descriptor, judge=True), Arena(descriptor, judge=False)
        os.close(descriptor)
        near, far = socket.socketpair()
        cuda = Cuda(None, "cuda:0") if use is not None else None
        worker = Worker(far, theirs, ArenaTensors(theirs, copy=False), cuda)
        thread = threading.Thread(target=worker.serve, daemon=True)
        thread.start()
        ends.append((near, thread))
        return Connection(near, ours, os.getpid(), lambda name: None, use)

    yield connected
    for near, thread in ends:
        near.close()
        thread.join(5)


def test_cuda_is_ready_and_counted_from_before_the_learners_file_runs(connect: Any) -> None:
    use = DeviceUse(None, 42)
    connection = connect(use)
    connection.load(b"def twice(x): return 2 * x", "mine.py")
    assert connection.call("twice", (torch.ones(3),)).tolist() == [2, 2, 2]
    assert (use.told, use.growth) == (10, 10)


def test_what_is_judged_is_looked_at_while_the_call_lasts(connect: Any) -> None:
    use = DeviceUse(FakeMemory(600, *range(601, 100_000)), 42, closely=True)
    connection = connect(use)
    connection.load(b"import time\ndef slow(): time.sleep(0.2)", "mine.py")
    connection.call("slow", ())
    assert use.growth is not None
    assert use.growth > 5


def test_an_error_on_a_gpu_comes_with_what_was_free_by_the_driver(connect: Any) -> None:
    connection = connect(DeviceUse(FakeMemory(1, free=7), 42))
    connection.load(b"def fails(): raise RuntimeError('CUDA error: out of memory')", "mine.py")
    with pytest.raises(SolutionError) as problem:
        connection.call("fails", ())
    assert problem.value.error["free_bytes"] == 7


def test_on_the_cpu_an_answer_that_tells_of_a_device_is_not_listened_to(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(None)
    connection.load(b"def twice(x): return 2 * x", "mine.py")
    assert connection.call("twice", (2,)) == 4
    assert connection.device is None


def test_a_gpu_that_cannot_be_started_is_known_before_the_file_is_handed_over(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Cuda) -> None:
        raise RuntimeError("no kernel image is available")

    monkeypatch.setattr(Cuda, "_make_ready", fail)
    connection = connect(DeviceUse(None, 42))
    with pytest.raises(DeviceUnusable, match="RuntimeError: no kernel image"):
        connection.load(b"raise SystemExit", "mine.py")


@pytest.mark.skipif(not NO_CUDA, reason="here CUDA can be started")
def test_a_device_that_torch_can_not_use_is_a_problem_of_the_environment_and_no_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tutor.compute.devices.resolve_device", lambda wanted: "cuda:0")
    grade = WarmGrader(COURSE)  # one of its own: its workers are confined as CUDA needs it
    with pytest.raises(EnvironmentProblem) as problem:
        grade(REFERENCE)
    grade.close()
    assert problem.value.exit_code == 3
    assert "cuda:0 can't be used: AssertionError: Torch not compiled with CUDA enabled" in str(problem.value)
    assert "--device cpu" in problem.value.next_step


class Measuring(Session):
    """A judge's session that only measures, and is given the connection of its fresh process."""

    def __init__(self, connection: Connection, source: bytes) -> None:
        self._report, self._parent = socket.socketpair()
        self._fresh, self._source, self._path, self._peak = connection, source, "mine.py", None
        wire.send(self._parent, {"pid": 1}, (0, 1))

    def _connect(self, *descriptors: int, closely: bool = False) -> Connection:
        for descriptor in descriptors[:2]:
            os.close(descriptor)
        assert closely
        return self._fresh

    def told(self) -> list[str]:
        """The kinds of all frames that the parent was told, and the end."""
        self._report.close()
        kinds = []
        with contextlib.suppress(wire.WireClosed):
            while True:
                kinds += list(wire.receive(self._parent))
        self._parent.close()
        return kinds


@pytest.mark.parametrize(
    ("readings", "host", "judged"),
    [
        ((5 * GIB, 7 * GIB), 3, 2 * GIB),
        ((5 * GIB, 7 * GIB), 8 * GIB, 8 * GIB),
        ((7 * GIB,), 3, 3),
        ((None,), 3, 10),  # the allocator's peak rises by 5 bytes with each of two answers
        ((None,), 11, 11),
    ],
)
def test_a_check_judges_the_larger_of_host_and_device_memory(
    connect: Any, monkeypatch: pytest.MonkeyPatch, readings: tuple[int | None, ...], host: int, judged: int
) -> None:
    monkeypatch.setattr(Connection, "peak_growth", lambda self: host)
    session = Measuring(connect(DeviceUse(FakeMemory(*readings), 42, closely=True)), b"def f(): return 1")
    assert session.peak_memory("f") == (1, judged)
    assert session.told()[0] == "fresh"


def test_a_device_that_cannot_be_started_is_told_to_the_parent(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cuda, "start", lambda self: "no kernel image")
    session = Measuring(connect(DeviceUse(None, 42)), b"def f(): return 1")
    with pytest.raises(SolutionLost):
        session.peak_memory("f")
    assert session.told() == ["fresh", "unusable"]


def test_a_gpu_that_went_away_is_no_error_of_the_learners(gpu: Any) -> None:
    memory = FakeMemory(1)
    gpu(memory)
    team: Any = SimpleNamespace(device="cuda:0", exercise=EXERCISE)
    run = Run(team, from_bytes(b""), seed=None, on_frame=lambda heard, frame: None)
    run._demand_device()
    memory.name = None
    with pytest.raises(EnvironmentProblem, match="cuda:0 is gone") as problem:
        run._demand_device()
    assert problem.value.exit_code == 3
