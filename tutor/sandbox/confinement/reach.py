"""Which files a worker may reach, as trees that Landlock knows, with a root of its own and without one."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tutor.sandbox.confinement import world


def readable(listed: Sequence[str], *, own_root: bool, gpu: bool) -> list[str]:
    """Trees that may be read. In a root of our own all of it; else each entry beside our package, one by one.

    Of ``/proc`` only what is the worker's own, and not what is common to all (load, memory, locks): workers
    of one grading could leave word there for each other. CUDA needs the rest.

    Args:
        listed: the system's folders and the course's, which count where there is no root of our own.
        own_root: the root holds only what a worker may see.
        gpu: what CUDA needs stays.
    """
    if own_root and gpu:
        return ["/"]
    if own_root:
        top = [entry.path for entry in os.scandir("/") if entry.name != "proc"]
        return [*top, "/proc/self", "/proc/cpuinfo"]
    own = str(world.package_folder())
    trees = [*listed, "/sys/devices/system/cpu", "/proc/self", "/proc/cpuinfo"]
    for place in world.python_places():
        trees += _entries_without(place, own)
    return trees


def writable(scratch: str, *, own_root: bool, gpu: bool) -> list[str]:
    """Trees that may be written: scratch, and the devices that take what is thrown away."""
    trees = [scratch, "/dev/null", "/dev/full"]
    if own_root:
        trees.append("/dev/shm")
    if gpu:
        trees += ["/dev", "/proc"] if own_root else ["/proc/self"]
    return trees


def nobody_can_reach_python() -> bool:
    """Whether a user without rights may enter every folder on the way to Python."""
    for place in world.python_places():
        folder = place
        while folder != "/":
            if not os.stat(folder).st_mode & 0o001:
                return False
            folder = os.path.dirname(folder)
    return True


def _entries_without(folder: str, excluded: str) -> list[str]:
    """``folder`` as trees that do not hold ``excluded``: itself, or its entries, split only as deep as needed."""
    if not (excluded + "/").startswith(os.path.realpath(folder) + "/"):
        return [folder]
    found: list[str] = []
    for entry in os.scandir(folder):
        if os.path.realpath(entry.path) != excluded:
            found += _entries_without(entry.path, excluded) if entry.is_dir() else [entry.path]
    return found
