"""How many gradings that prove an exercise run beside each other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tutor.errors import EnvironmentProblem
from tutor.proving import gradings
from tutor.proving.gradings import at_once

GIB = 1 << 30


def exercise(*, compiles: bool = False) -> Any:
    return SimpleNamespace(info=SimpleNamespace(limits=SimpleNamespace(compiles=compiles)))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sixteen cores, and a GPU with so many free bytes, or none."""

    def have(free: int | None, *, gpu: bool = True) -> None:
        memory = SimpleNamespace(free_bytes=free) if gpu else None
        monkeypatch.setattr(gradings.os, "cpu_count", lambda: 16)
        monkeypatch.setattr(gradings, "resolve_device", lambda wanted: "cuda:0" if gpu else "cpu")
        monkeypatch.setattr(gradings.GpuMemory, "of", lambda device: memory)

    return have


def test_on_the_cpu_there_is_one_for_each_core(machine: Any) -> None:
    machine(None, gpu=False)
    assert at_once(exercise(), "cpu") == at_once(exercise(compiles=True), "auto") == 24


@pytest.mark.parametrize(("free", "count"), [(139 * GIB, 16), (13 * GIB, 3), (GIB, 1), (None, 1)])
def test_on_a_gpu_there_are_as_many_as_it_has_room_for(machine: Any, free: int | None, count: int) -> None:
    machine(free)
    assert at_once(exercise(), "cuda") == count


def test_where_the_time_of_kernels_may_be_judged_one_runs_alone(machine: Any) -> None:
    machine(139 * GIB)
    assert at_once(exercise(compiles=True), "cuda") == 1


def test_a_device_that_is_not_there_is_known_before_anything_is_graded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(wanted: str) -> str:
        raise EnvironmentProblem("There is no CUDA device here.")

    monkeypatch.setattr(gradings, "resolve_device", refuse)
    with pytest.raises(EnvironmentProblem):
        at_once(exercise(), "cuda")
