"""What the kernel says of a process: CPU time, memory, and time spent waiting for a core."""

from __future__ import annotations

import os

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def cpu_seconds(pid: int) -> float | None:
    """User and system seconds of a process, all its threads and its waited-for children; ``None`` if unknown."""
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) / _TICKS if fields else None


def resident_bytes(pid: int) -> int | None:
    """Resident memory now, in bytes; ``None`` if unknown."""
    fields = _stat(pid)
    return int(fields[21]) * _PAGE if fields else None


def peak_resident_bytes(pid: int) -> int | None:
    """Peak resident memory since the process began (``VmHWM``), in bytes; ``None`` if unknown."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError):
        return None
    return None


def tree(pid: int) -> list[int]:
    """A process and all its descendants, itself first; what ends meanwhile may be missing."""
    found = [pid]
    for parent in found:
        try:
            threads = os.listdir(f"/proc/{parent}/task")
        except OSError:
            continue
        for thread in threads:
            try:
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    found += [int(child) for child in file.read().split()]
            except (OSError, ValueError):
                continue
    return found


def run_delay_seconds(pid: int) -> float | None:
    """Seconds in which the process could run and was given no core (``/proc/PID/schedstat``), main thread only."""
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


def state(pid: int) -> str | None:
    """The process's state letter (R running, S sleeping, T stopped, Z zombie); ``None`` if it is gone."""
    fields = _stat(pid)
    return fields[0] if fields else None


def _stat(pid: int) -> list[str] | None:
    """Fields of ``/proc/PID/stat`` after the name: index 0 is the state, 11 utime, 21 resident pages."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read().decode("ascii", "replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
