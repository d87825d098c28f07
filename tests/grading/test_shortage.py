"""What a verdict tells of a GPU's memory: what was used of it, and that it ran out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutor.course import load_content
from tutor.grading import Verdict, assemble, from_bytes
from tutor.grading.run import Heard
from tutor.grading.shortage import Shortage, find_shortage
from tutor.paths import ContentRoot

EXERCISE = load_content(ContentRoot(Path(__file__).parent / "course")).exercise("halve")
GIB = 1 << 30
FAILURE = {"expected": "x", "came": "y", "misconception": None}
OUT_OF_MEMORY = (
    "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.15 GiB is "
    "free. Including non-PyTorch memory, this process has 600.00 MiB memory in use."
)


def raised(type_: str, message: str, kind: str = "raised", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "type": type_, "name": "", "message": message, "frames": [], **more}


@pytest.mark.parametrize(
    ("error", "shortage"),
    [
        (raised("OutOfMemoryError", OUT_OF_MEMORY, free_bytes=1), Shortage("20.00 GiB", "1.15 GiB")),
        (
            raised("AcceleratorError", "CUDA error: out of memory", free_bytes=3 * GIB),
            Shortage("", "3.00 GiB"),
        ),
        (raised("RuntimeError", "Triton Error [CUDA]: out of memory"), Shortage("", "")),
        (raised("RuntimeError", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), Shortage("", "")),
        (raised("RuntimeError", "CUDA error: an illegal memory access was encountered"), None),
        (raised("MemoryError", ""), None),
        (raised("OutOfMemoryError", OUT_OF_MEMORY, kind="unsendable"), None),
        (None, None),
    ],
)
def test_memory_that_ran_out_is_told_from_other_errors_on_a_gpu_only(
    error: dict[str, Any] | None, shortage: Shortage | None
) -> None:
    assert find_shortage(error, "cuda:0") == shortage
    assert find_shortage(error, "cpu") is None


def check(id: str, *, required: bool = True, **result: Any) -> dict[str, Any]:
    return {"id": id, "title": id, "required": required, "cuda": False, "outcome": "passed", **result}


def verdict(*checks: dict[str, Any], device: str = "cuda:0", **heard: Any) -> Verdict:
    return assemble.verdict(EXERCISE, from_bytes(b""), device, Heard(checks=list(checks), **heard), 1.0)


def errors(id: str, message: str, **more: Any) -> dict[str, Any]:
    return check(id, outcome="error", error=raised("OutOfMemoryError", message), **more)


def test_out_of_memory_on_the_gpu_is_a_resource_limit_that_names_the_bytes() -> None:
    came = verdict(check("a"), check("b", outcome="failed"), errors("c", OUT_OF_MEMORY))
    assert (came.verdict, came.exit_code, came.passed) == ("resource_limit", 4, False)
    assert came.message == "The GPU ran out of memory: 20.00 GiB were asked for, 1.15 GiB were free."
    assert "rows at a time" in came.next_step
    assert came.checks[2].message.startswith(came.message)
    assert Verdict.from_json(came.to_json()) == came


def test_the_same_exception_raised_on_a_cpu_is_an_error_like_any_other(grade: Any, solution: Any) -> None:
    source = solution(f'raise torch.OutOfMemoryError("{OUT_OF_MEMORY}")')
    came = grade(source, device="cpu")
    assert (came.verdict, came.exit_code) == ("error", 1)
    assert "Your code raised OutOfMemoryError" in came.message
    assert came.usage.peak_device_bytes is None


def test_raised_by_hand_it_saves_nobody() -> None:
    assert not verdict(errors("a", "by hand"), check("b")).passed
    assert verdict(check("a", outcome="failed", failure=FAILURE), errors("b", "by hand")).exit_code == 4


def test_a_check_that_is_not_required_makes_no_resource_limit() -> None:
    assert verdict(check("a"), errors("b", OUT_OF_MEMORY, required=False)).passed
    failed = check("a", outcome="failed", failure=FAILURE)
    assert verdict(failed, errors("b", OUT_OF_MEMORY, required=False)).verdict == "failed"


@pytest.mark.parametrize(
    ("device", "by_driver", "told", "peak"),
    [
        ("cuda:0", 700, 50, 700),
        ("cuda:0", 700, 9000, 700),
        ("cuda:0", None, 50, 50),
        ("cuda:0", None, None, None),
        ("cpu", None, 50, None),
    ],
)
def test_the_verdict_tells_the_drivers_figure_else_the_allocators_and_on_a_cpu_none(
    device: str, by_driver: int | None, told: int | None, peak: int | None
) -> None:
    came = verdict(check("a"), device=device, device_bytes=by_driver, done={"told_device_bytes": told})
    assert came.usage.peak_device_bytes == peak
    assert came.passed
