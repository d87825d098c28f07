from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tutor.compute.memory import peak_growth_bytes, proportional_bytes, proportional_bytes_of
from tutor.compute.process import peak_resident_bytes, resident_bytes

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
MIB = 1 << 20

GROW = """
import sys
print("ready", flush=True)
sys.stdin.readline()
block = b"x" * (64 << 20)
del block
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", GROW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def next_step(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def await_line(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == line


def test_the_peak_shows_memory_that_is_already_free_again(child: subprocess.Popen[str]) -> None:
    await_line(child, "ready")
    before = resident_bytes(child.pid)
    next_step(child)
    await_line(child, "done")
    growth = peak_growth_bytes(child.pid, before)
    assert growth is not None
    assert 63 * MIB < growth < 70 * MIB
    now = resident_bytes(child.pid)
    assert now is not None
    assert before is not None
    assert now - before < 8 * MIB


def test_growth_is_never_negative() -> None:
    peak = peak_resident_bytes(os.getpid())
    assert peak is not None
    assert peak_growth_bytes(os.getpid(), peak + MIB) == 0


def test_the_proportional_set_is_positive_and_at_most_the_resident_set(child: subprocess.Popen[str]) -> None:
    await_line(child, "ready")
    share, resident = proportional_bytes(child.pid), resident_bytes(child.pid)
    assert share is not None
    assert resident is not None
    assert 0 < share <= resident
    assert proportional_bytes_of([child.pid, 2**22 + 1]) == pytest.approx(share, rel=0.2)


def test_what_cannot_be_measured_is_none() -> None:
    gone = 2**22 + 1  # over the largest process id of Linux
    assert proportional_bytes(gone) is None
    assert proportional_bytes_of([gone]) is None
    assert peak_growth_bytes(gone, 0) is None
    assert peak_growth_bytes(os.getpid(), None) is None
