"""A pytest plugin that runs hidden checks in one process, without a sandbox: what the grader is compared with.

    python -m pytest -p benchmarks.plain_pytest graders/per-row-scales/test_per_row_scales.py

``SOLUTION`` names the file to grade, ``SEED`` fixes the inputs, ``DEVICE`` is where its functions get their tensors
(``cpu`` by default; their results come back to the CPU, as a grader's do). The checks, and so the sizes of their
matrices, are the grader's own; only calls do not cross to another process.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tutor.grading.checks import Expect, Measure, payload_bytes
from tutor.grading.draw import Draw

GRADERS = Path(__file__).resolve().parents[1] / "graders"
DEVICE = os.environ.get("DEVICE", "cpu")
sys.path.insert(0, str(GRADERS))


class OnDevice:
    """A module whose functions get their tensors on ``DEVICE`` and give them back on the CPU."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)
        return lambda *arguments: moved(function(*moved(arguments, DEVICE)), "cpu")


def moved(value: Any, device: str) -> Any:
    """``value`` with every tensor in it on another device."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    return type(value)(moved(one, device) for one in value) if isinstance(value, (tuple, list)) else value


@pytest.fixture(scope="session")
def solution() -> Any:
    """The learner's module, imported here: what a grader must never do."""
    spec = importlib.util.spec_from_file_location("solution", os.environ["SOLUTION"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module if DEVICE == "cpu" else OnDevice(module)


@pytest.fixture
def draw(request: pytest.FixtureRequest) -> Draw:
    return Draw(int(os.environ.get("SEED", "1")), request.node.name)


@pytest.fixture
def measure() -> Measure:
    return Measure()


@pytest.fixture
def expect() -> Expect:
    return Expect()


@pytest.fixture
def device() -> str:
    return DEVICE.partition(":")[0]


@pytest.fixture(name="payload_bytes")
def payload_bytes_fixture() -> Any:
    return payload_bytes


@pytest.fixture
def peak_memory(solution: Any) -> Any:
    def call(name: str, *arguments: Any) -> tuple[Any, int]:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = getattr(solution, name)(*arguments)
        return result, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10

    return call
