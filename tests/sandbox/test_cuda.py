"""A worker's side of CUDA, with stand-ins for ``torch.cuda``: there is no GPU where these tests run."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from tutor.sandbox import cuda, wire
from tutor.sandbox.answering import Worker
from tutor.sandbox.arena import Arena, create_descriptor
from tutor.sandbox.cuda import Cuda
from tutor.sandbox.tensors import ArenaTensors


@dataclass
class FakeCuda:
    """What is called of ``torch.cuda``, in order."""

    calls: list[str] = field(default_factory=list)
    peak: int = 0
    running: bool = True
    trouble: Exception | None = None

    def synchronize(self) -> None:
        self.calls.append("synchronize")
        if self.trouble:
            raise self.trouble

    def max_memory_allocated(self) -> int:
        return self.peak


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCuda:
    fake = FakeCuda()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setattr(torch.cuda, "synchronize", fake.synchronize)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", fake.max_memory_allocated)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: fake.running)
    for name in ("init", "set_device", "empty_cache", "reset_peak_memory_stats"):
        monkeypatch.setattr(torch.cuda, name, lambda *_, name=name: fake.calls.append(name))
    return fake


def test_a_worker_sees_one_gpu_by_its_name_and_calls_it_cuda(fake: FakeCuda) -> None:
    assert Cuda("GPU-7", "cuda:1").device == "cuda"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-7"


def test_a_gpu_without_a_name_keeps_its_number(fake: FakeCuda) -> None:
    assert Cuda(None, "cuda:1").device == "cuda:1"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0,1"


def test_cuda_is_started_once_and_its_start_is_no_growth_of_a_solution(
    fake: FakeCuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(cuda, "touch_libraries", touched.append)
    gpu = Cuda(None, "cuda:1")
    gpu.device = "cpu:0"  # the operations of the start run where there are tensors
    assert (gpu.start(), gpu.start()) == ("", "")
    assert touched == ["cpu:0"]
    assert fake.calls == ["init", "set_device", "synchronize", "empty_cache", "reset_peak_memory_stats"]


def test_a_gpu_that_cannot_be_started_says_why_in_one_line_each_time() -> None:
    if torch.cuda.is_available():
        pytest.skip("here it can be started")
    gpu = Cuda(None, "cuda:0")
    assert gpu.start() == gpu.start() != ""
    assert "\n" not in gpu.start()


def test_who_waits_waits_for_the_gpu_only_where_cuda_was_started(fake: FakeCuda) -> None:
    gpu = Cuda(None, "cuda:0")
    gpu.wait()
    fake.running = False
    gpu.wait()
    assert fake.calls == ["synchronize"]


def test_a_learners_file_cannot_put_something_else_in_the_place_of_what_waits(
    fake: FakeCuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu = Cuda(None, "cuda:0")
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    gpu.wait()
    assert fake.calls == ["synchronize"]


def test_a_peak_that_was_broken_is_none(fake: FakeCuda, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.peak = 5
    assert Cuda(None, "cuda:0").peak_bytes() == 5
    monkeypatch.setattr(fake, "peak", "five")
    assert Cuda(None, "cuda:0").peak_bytes() is None


class Asked:
    """A worker in a thread, asked by wire as a judge would."""

    def __init__(self, gpu: Cuda | None) -> None:
        descriptor = create_descriptor(1 << 16)
        self.arena, theirs = Arena(descriptor, judge=True), Arena(descriptor, judge=False)
        os.close(descriptor)
        self.sock, other = socket.socketpair()
        worker = Worker(other, theirs, ArenaTensors(theirs, copy=False), gpu)
        self.thread = threading.Thread(target=worker.serve, daemon=True)
        self.thread.start()

    def __call__(self, **request: Any) -> wire.Frame:
        wire.send(self.sock, {"id": 1, "nonce": "n", **request})
        return wire.receive(self.sock)

    def load(self, source: str) -> wire.Frame:
        self.arena.map[: len(source)] = source.encode()
        return self(load={"at": 0, "bytes": len(source), "path": "mine.py"})

    def close(self) -> None:
        self.sock.close()
        self.thread.join(5)


@pytest.fixture
def asked(fake: FakeCuda) -> Iterator[Asked]:
    asked = Asked(Cuda(None, "cuda:0"))
    yield asked
    asked.close()


def test_a_call_is_answered_when_the_gpu_has_done_its_work(asked: Asked, fake: FakeCuda) -> None:
    assert "error" not in asked.load("def answer(): return 42\ndef fails(): raise ValueError")
    assert fake.calls == []
    assert asked(call="answer", args=[])["value"] == {"t": "int", "v": "42"}
    assert fake.calls == ["synchronize"]
    asked(call="fails", args=[])
    assert fake.calls == ["synchronize"]


def test_each_answer_tells_the_allocators_peak(asked: Asked, fake: FakeCuda) -> None:
    fake.peak = 3
    assert asked.load("def answer(): return 42")["device_bytes"] == 3
    fake.peak = 9
    assert asked(call="answer", args=[])["device_bytes"] == 9
    assert asked(call="missing", args=[])["device_bytes"] == 9


def test_a_kernel_that_failed_is_an_error_of_the_call_that_launched_it(asked: Asked, fake: FakeCuda) -> None:
    asked.load("def answer(): return 42")
    fake.trouble = RuntimeError("CUDA error: an illegal memory access was encountered")
    error = asked(call="answer", args=[])["error"]
    assert (error["kind"], error["type"]) == ("raised", "RuntimeError")
    assert "illegal memory access" in error["message"]


def test_preparing_says_whether_the_gpu_can_be_used(
    asked: Asked, fake: FakeCuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cuda, "_make_ready", lambda self: None)
    assert asked(prepare=True)["value"] == {"t": "none"}

    def fail(self: Cuda) -> None:
        raise RuntimeError("CUDA error: no kernel image is available\nfor execution on the device")

    monkeypatch.setattr(Cuda, "_make_ready", fail)
    other = Asked(Cuda(None, "cuda:0"))
    error = other(prepare=True)["error"]
    other.close()
    assert error["kind"] == "unusable"
    assert error["message"].endswith("no kernel image is available for execution on the device")


def test_a_worker_on_the_cpu_tells_and_does_nothing_of_this(fake: FakeCuda) -> None:
    asked = Asked(None)
    asked.load("def answer(): return 42")
    answer = asked(call="answer", args=[])
    asked.close()
    assert set(answer) == {"id", "nonce", "value"}
    assert fake.calls == []
