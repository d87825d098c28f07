"""What takes long and comes out the same each time, made once for all workers of one run of the tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

_shared: list[Path] = []


def share(base: Path) -> None:
    """Have all workers of this run find in one folder what one of them made; ``base``: pytest's own of this one."""
    _shared[:] = [base.parent if "PYTEST_XDIST_WORKER" in os.environ else base]


def once(name: str, make: Callable[[], str]) -> str:
    """The text that ``make`` gave to whoever asked first for ``name``; who asks meanwhile waits.

    The lock is the process's: if it ends, however it does, the next one makes the text. What ``make`` raises is
    raised here, and the next one tries, too.
    """
    place = _shared[0] / f"once-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            part = place.with_suffix(".part")
            part.write_text(make(), encoding="utf-8")
            part.replace(place)
    return place.read_text(encoding="utf-8")
