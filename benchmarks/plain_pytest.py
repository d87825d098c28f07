"""A pytest plugin that runs hidden checks in one process, without a sandbox: what the grader is compared with.

    python -m pytest -p benchmarks.plain_pytest graders/per-row-scales/test_per_row_scales.py

``SOLUTION`` names the file to grade, ``SEED`` fixes the inputs. The checks, and so the sizes of their
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

from tutor.grading.checks import Expect, Measure, payload_bytes
from tutor.grading.draw import Draw

GRADERS = Path(__file__).resolve().parents[1] / "graders"
sys.path.insert(0, str(GRADERS))


@pytest.fixture(scope="session")
def solution() -> Any:
    """The learner's module, imported here: what a grader must never do."""
    spec = importlib.util.spec_from_file_location("solution", os.environ["SOLUTION"])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    return "cpu"


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
