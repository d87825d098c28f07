"""Memory is measured, not declared: bytes that cross, and the growth of peak memory that the kernel tells."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.course import load_content
from tutor.grading import CheckResult, Grader, Verdict, from_bytes
from tutor.paths import content_root

SIDE = 1024
MEMORY_LIMIT = 64 * SIDE**2 + 64 * 2**20
PEAKS = ("peak memory of quantize_rows", "peak memory of dequantize_rows")
GRADER = content_root().graders / "per-row-scales"
PYTHON_LISTS = b"""
import torch

def quantize_rows(W):
    rows = W.tolist()
    scales = [max(map(abs, row)) / 127 or 1.0 for row in rows]
    codes = [[round(weight / scale) for weight in row] for row, scale in zip(rows, scales)]
    return torch.tensor(codes, dtype=torch.int8), torch.tensor(scales)

def dequantize_rows(q, scale):
    rows = [[code * step for code in row] for row, step in zip(q.tolist(), scale.tolist())]
    return torch.tensor(rows, dtype=torch.float32).reshape(q.shape)
"""
HIDDEN_COPY = b"""
import torch

def quantize_rows(W):
    scale = W.abs().amax(dim=1).clamp(min=1e-12) / 127
    q = (W / scale[:, None]).round().to(torch.int8)
    bits = W.contiguous().view(torch.uint8).view(torch.int8).reshape(W.shape[0], -1)
    return torch.cat([q, bits], dim=1), scale

def dequantize_rows(q, scale):
    columns = q.shape[1] // 5
    return q[:, columns:].contiguous().view(torch.float32)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told by Linux's /proc")


class Scales:
    """A grader of the exercise per-row-scales, with spare teams or without."""

    def __init__(self, *, keep_warm: bool) -> None:
        root = content_root()
        self.exercise = load_content(root).exercise("per-row-scales")
        self.runner = asyncio.Runner()
        self.grader = Grader(root, keep_warm=keep_warm)

    def grade(self, source: bytes) -> Verdict:
        self.runner.run(self.grader.warm_up(self.exercise))
        submission = from_bytes(source, Path("per-row-scales.py"))
        return self.runner.run(self.grader.grade(self.exercise, submission))

    def close(self) -> None:
        self.runner.run(self.grader.close())
        self.runner.close()


@pytest.fixture(scope="module", params=[False, True], ids=["launched", "spare"])
def scales(request: pytest.FixtureRequest) -> Iterator[Scales]:
    scales = Scales(keep_warm=request.param)
    yield scales
    scales.close()


def memory_check(verdict: Verdict) -> CheckResult:
    return next(check for check in verdict.checks if check.id == "memory")


def figures(verdict: Verdict) -> dict[str, float]:
    measured = {m.name: m.value for m in memory_check(verdict).measurements if m.value is not None}
    assert verdict.usage.peak_host_bytes is not None
    return {**measured, "usage": float(verdict.usage.peak_host_bytes)}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param((GRADER / "reference.py").read_bytes(), id="torch"),
        pytest.param((GRADER / "right/numpy.py").read_bytes(), id="numpy"),
        pytest.param((GRADER / "right/plain-loops.py").read_bytes(), id="loops"),
        pytest.param(PYTHON_LISTS, id="lists"),
    ],
)
def test_honest_solutions_keep_both_limits_and_repeat_within_five_percent(
    scales: Scales, source: bytes
) -> None:
    verdicts = [scales.grade(source) for _ in range(3)]

    assert [verdict.verdict for verdict in verdicts] == ["passed"] * 3, verdicts[0].message
    for name in ("payload", *PEAKS, "usage"):
        readings = [figures(verdict)[name] for verdict in verdicts]
        assert max(readings) <= 1.05 * min(readings), (name, readings)
    assert figures(verdicts[0])["payload"] <= SIDE**2 + 4 * SIDE
    for name in PEAKS:
        assert 4 * SIDE**2 < figures(verdicts[0])[name] < 0.9 * MEMORY_LIMIT, name


def test_spare_processes_measure_what_launched_ones_do() -> None:
    found = []
    for keep_warm in (False, True):
        scales = Scales(keep_warm=keep_warm)
        found += [figures(scales.grade((GRADER / "reference.py").read_bytes())) for _ in range(2)]
        scales.close()

    for name in found[0]:
        readings = [each[name] for each in found]
        assert max(readings) <= 1.05 * min(readings), (name, readings)


def test_what_a_solution_needs_does_not_depend_on_the_one_before_it(scales: Scales) -> None:
    reference = (GRADER / "reference.py").read_bytes()

    first = figures(scales.grade(reference))
    scales.grade(PYTHON_LISTS)
    second = figures(scales.grade(reference))

    assert all(second[name] == pytest.approx(first[name], rel=0.05) for name in first)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param((GRADER / "wrong/float-copy-in-the-payload.py").read_bytes(), id="beside"),
        pytest.param(
            (GRADER / "wrong/float-copy-in-the-payload--wide-codes.py").read_bytes(), id="wide-codes"
        ),
        pytest.param(
            (GRADER / "wrong/float-copy-in-the-payload--wide-scale.py").read_bytes(), id="wide-scale"
        ),
        pytest.param(HIDDEN_COPY, id="bits-in-the-codes"),
    ],
)
def test_a_payload_that_carries_a_float_copy_fails_on_bytes(scales: Scales, source: bytes) -> None:
    verdict = scales.grade(source)

    payload = next(m for m in memory_check(verdict).measurements if m.name == "payload")
    assert verdict.verdict == "failed"
    assert payload.value is not None
    assert payload.value > 5 * SIDE**2 - 1
    assert payload.limit == SIDE**2 + 4 * SIDE
    assert memory_check(verdict).outcome == "failed"
    assert verdict.usage.payload_bytes is not None


def test_a_detour_of_hundreds_of_bytes_a_weight_fails_on_peak_memory(scales: Scales) -> None:
    verdict = scales.grade((GRADER / "wrong/all-levels-compared.py").read_bytes())

    check = memory_check(verdict)
    peak = next(m for m in check.measurements if m.name == PEAKS[0])
    assert (check.outcome, check.misconception) == ("failed", "all-levels-compared")
    assert peak.value is not None
    assert peak.value > 255 * SIDE**2
    assert peak.limit == MEMORY_LIMIT
    payload = next(m for m in check.measurements if m.name == "payload")
    assert payload.ratio is not None
    assert payload.ratio <= 1


def test_memory_that_is_freed_before_the_function_returns_counts(scales: Scales) -> None:
    source = (GRADER / "reference.py").read_bytes() + (
        b"\nimport torch\ndequantize = dequantize_rows\ndef dequantize_rows(q, scale):\n"
        b"    if q.numel() >= 1 << 20:\n        torch.ones(200 << 18)\n    return dequantize(q, scale)\n"
    )

    check = memory_check(scales.grade(source))

    assert check.outcome == "failed"
    peak = next(m for m in check.measurements if m.name == PEAKS[1])
    assert peak.value is not None
    assert 200 << 20 < peak.value < 300 << 20
