"""How much memory this process may hope for: the machine's, or less where a cgroup or a limit says so.

A container often shows the whole machine's memory and grants a tenth of it: then the kernel kills what
believed the first figure.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUPS = Path("/proc/self/cgroup")


def memory_bytes() -> int:
    """Memory that this process could have if nothing else ran: the machine's, or the smallest limit on it."""
    import psutil

    return min([int(psutil.virtual_memory().total), *_limits()])


def free_memory_bytes() -> int:
    """Memory that can be had now without pushing others out, and within the limits."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_limits()])


def _limits() -> Iterator[int]:
    """What caps this process's memory, in bytes: its address space, and each cgroup that it is in."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield soft
    try:
        lines = _OWN_CGROUPS.read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:  # version 2: one tree for all
            yield from _of_tree(_CGROUPS, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _of_tree(_CGROUPS / "memory", path, "memory.limit_in_bytes")


def _of_tree(root: Path, path: str, name: str) -> Iterator[int]:
    """Limits of a cgroup and of those above it: the tightest binds, wherever it is set."""
    group = root / path.lstrip("/")
    for place in (group, *group.parents):
        if place.is_relative_to(root):
            try:
                yield int((place / name).read_text("ascii"))
            except (OSError, ValueError):  # "max", or a container that hides the tree
                continue
