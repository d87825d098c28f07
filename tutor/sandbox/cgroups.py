"""A cgroup of its own for each worker, where a part of the tree was handed to us (cgroup v2).

The kernel then holds a worker to its memory and its number of tasks at every moment, where the watchdog looks
fifty times a second. systemd hands a user's session such a part; many containers hand none, or one without
the controllers. See https://docs.kernel.org/admin-guide/cgroup-v2.html, "Delegation".
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tutor.sandbox.confinement.kernel import Unavailable, why

NEEDED = frozenset({"memory", "pids"})
TASKS = 256
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Group:
    """A folder of the cgroup tree that holds one worker and everything it starts."""

    path: Path

    @classmethod
    def create(cls, memory_bytes: int, parent: Path | None = None) -> Group:
        """A new, empty group that may hold this much memory (nothing in swap) and ``TASKS`` tasks.

        Args:
            memory_bytes: what its processes may hold together, beyond what they shared at their fork.
            parent: where to make it; found by ``delegated`` where it is ``None``.

        Raises:
            Unavailable: nothing is handed to us, or the kernel refuses.
        """
        group = cls((parent or delegated()) / f"tutor-{os.getpid()}-{next(_numbers)}")
        try:
            group.path.mkdir()
            group._write("memory.max", memory_bytes)
            group._write("pids.max", TASKS)
            with contextlib.suppress(OSError):  # kernels without swap accounting
                group._write("memory.swap.max", 0)
            group._write("memory.oom.group", 1)
        except OSError as problem:
            group.end()
            raise Unavailable(f"no group can be made ({why(problem)})") from None
        return group

    def add(self, pid: int) -> None:
        """Moves a process in; what it starts from then on is in, too.

        Raises:
            Unavailable: the kernel refuses.
        """
        try:
            self._write("cgroup.procs", pid)
        except OSError as problem:
            raise Unavailable(f"a process can't be moved ({why(problem)})") from None

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended its processes because they held too much."""
        try:
            events = dict(line.split() for line in (self.path / "memory.events").read_text().splitlines())
        except (OSError, ValueError):
            return False
        return int(events.get("oom_kill", 0)) > 0

    def end(self) -> None:
        """Kills what is left in it and removes it; a group whose processes take long to go is left to ``tidy``."""
        with contextlib.suppress(OSError):
            self._write("cgroup.kill", 1)
        for _ in range(5):
            with contextlib.suppress(OSError):
                self.path.rmdir()
            if not self.path.exists():
                return
            time.sleep(0.002)

    def _write(self, file: str, value: int) -> None:
        descriptor = os.open(self.path / file, os.O_WRONLY)
        try:
            os.write(descriptor, str(value).encode())
        finally:
            os.close(descriptor)


@cache
def delegated() -> Path:
    """The folder of the tree in which we may make groups with limits.

    Raises:
        Unavailable: there is none, and why.
    """
    own = own_folder()
    for folder in (own, own.parent):
        if _hands_down(folder):
            tidy(folder)
            return folder
    raise Unavailable("none is delegated to this user")


def own_folder(proc: Path = Path("/proc/self")) -> Path:
    """This process's folder in the mounted tree.

    Raises:
        Unavailable: cgroup v2 is not mounted.
    """
    try:
        path = next(
            line.split(":", 2)[2]
            for line in (proc / "cgroup").read_text().splitlines()
            if line.startswith("0::")
        )
        mount = next(
            line.split()[4]
            for line in (proc / "mountinfo").read_text().splitlines()
            if line.partition(" - ")[2].startswith("cgroup2 ")
        )
    except (OSError, StopIteration):
        raise Unavailable("cgroup v2 is not mounted") from None
    return Path(mount) / path.lstrip("/")


def tidy(folder: Path) -> None:
    """Removes empty groups of programs that ended before they could."""
    for left in folder.glob("tutor-*-*"):
        pid = left.name.split("-")[1]
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
            with contextlib.suppress(OSError):
                left.rmdir()


def probe() -> str:
    """Whether a group can be made, in the words of the other layers."""
    try:
        Group.create(1 << 30).end()
    except Unavailable as problem:
        return f"unavailable: {problem}"
    return "active"


def _hands_down(folder: Path) -> bool:
    try:
        controllers = (folder / "cgroup.subtree_control").read_text().split()
    except OSError:
        return False
    writable = all(os.access(place, os.W_OK) for place in (folder, folder / "cgroup.procs"))
    return writable and set(controllers) >= NEEDED
