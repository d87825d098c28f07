"""Memory of processes beyond their resident set: shares of shared pages, and growth of the peak."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.compute.process import peak_resident_bytes


def proportional_bytes(pid: int) -> int | None:
    """Proportional set size (PSS) in bytes: shared pages count by the share of those who map them.

    Sums of PSS over processes count each page once, which sums of resident sets do not. Linux's
    ``/proc/PID/smaps_rollup``; None where it is missing, forbidden, or the process is gone.
    """
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError):
        return None
    return None


def proportional_bytes_of(pids: Iterable[int]) -> int | None:
    """The PSS of several processes together, in bytes; None if none of them could be read."""
    readings = [reading for pid in pids if (reading := proportional_bytes(pid)) is not None]
    return sum(readings) if readings else None


def peak_growth_bytes(pid: int, before: int | None) -> int | None:
    """How far the peak resident set rose above ``before``, a resident set read earlier; in bytes.

    The kernel keeps the figure in batches of 64 pages a thread, so less than 1 MB is noise.
    None where either reading is unknown. Never negative.
    """
    peak = peak_resident_bytes(pid)
    return None if peak is None or before is None else max(0, peak - before)
