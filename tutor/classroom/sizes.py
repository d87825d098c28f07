"""Bytes as a person reads them."""

from __future__ import annotations

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(count: int) -> str:
    """``812 bytes``, ``16.4 kB``, ``1.2 GB``: three figures, powers of 1000."""
    power = 0
    value = float(count)
    while value >= 1000 and power < len(_UNITS) - 1:
        value /= 1000
        power += 1
    return f"{value:.3g} {_UNITS[power]}"
