"""Memory that may be hoped for: never more than a cgroup or a limit of the process grants."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tutor.compute import capacity


@pytest.fixture
def cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of cgroups in which this process is in ``/a/b`` of version 2 and ``/c`` of version 1."""
    own = tmp_path / "own"
    own.write_text("4:cpu,memory:/c\n3:cpuset:/d\n0::/a/b\n")
    monkeypatch.setattr(capacity, "_OWN_CGROUPS", own)
    monkeypatch.setattr(capacity, "_CGROUPS", tmp_path)
    for folder in ("a/b", "memory/c", "cpuset/d"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_without_limits_it_is_the_machines(cgroups: Path) -> None:
    (cgroups / "a/b/memory.max").write_text("max\n")
    assert capacity.memory_bytes() == psutil.virtual_memory().total
    assert 0 < capacity.free_memory_bytes() <= capacity.memory_bytes()


@pytest.mark.parametrize(
    "file",
    ["a/b/memory.max", "a/memory.max", "memory/c/memory.limit_in_bytes", "memory/memory.limit_in_bytes"],
)
def test_the_tightest_limit_binds_wherever_it_is_set(file: str, cgroups: Path) -> None:
    (cgroups / "a/b/memory.max").write_text("90000000\n")
    (cgroups / file).write_text("12345\n")
    assert capacity.memory_bytes() == capacity.free_memory_bytes() == 12345


def test_no_cgroups_are_no_limit(cgroups: Path) -> None:
    (cgroups / "own").unlink()
    assert capacity.memory_bytes() == psutil.virtual_memory().total


def test_a_limit_on_the_address_space_binds() -> None:
    program = "import resource, psutil\nfrom tutor.compute.capacity import memory_bytes\n"
    program += "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\nprint(memory_bytes())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert int(done.stdout) <= 1 << 30
