"""Amounts as a person reads them: numbers, bytes, times, and how many of a thing. One way in every face."""

from __future__ import annotations

_LARGER_UNITS = ("kB", "MB", "GB", "TB")


def number(value: float | None) -> str:
    """A measured number in three figures: ``0.0042``, ``1.3e-07``, ``1,234.6``, ``16,777,216``; ``–`` for none."""
    if value is None:
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.1f}" if 999.5 <= abs(value) < 1e15 else f"{value:.3g}"


def size(count: float) -> str:
    """Bytes in three figures and powers of 1000: ``812 bytes``, ``16.4 kB``, ``1.2 GB``."""
    value, unit = float(count), "bytes"
    for larger in _LARGER_UNITS:
        if value < 999.5:  # from here on three figures would round to 1e+03
            break
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}" if value < 999.5 else f"{value:,.0f} {unit}"


def duration(seconds: float) -> str:
    """Seconds as ``0.4 s``, ``7 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def counted(count: int, noun: str) -> str:
    """``1 row``, ``1,200 rows``: for nouns that take an s."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
