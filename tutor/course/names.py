"""Names in messages: the nearest right one, and a form that is safe to print."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 10


def printable(text: str) -> str:
    """``text`` of a file or a person as a message may show it: one line, no control characters, not long."""
    shown = without_controls(text)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def without_controls(text: str) -> str:
    """``text`` with each character that is not printable replaced, so that no terminal obeys it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def nearest(name: str, candidates: Sequence[str], *, likeness: float = 0.6) -> str | None:
    """The candidate that ``name`` most probably stands for, if any comes near.

    ``likeness`` is what difflib's ratio must reach: 0 for anything, 1 for the same.
    """
    import difflib

    matches = difflib.get_close_matches(name[:100], candidates, n=1, cutoff=likeness)
    return matches[0] if matches else None


def did_you_mean(name: str, candidates: Sequence[str], *, otherwise: str) -> str:
    """A next step: the nearest right name, or ``otherwise`` and what there is to choose from."""
    match = nearest(name, candidates)
    if match is not None:
        return f"Did you mean '{match}'?"
    if not candidates:
        return ""
    more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
    return f"{otherwise}: {', '.join(sorted(candidates)[:_SHOWN])}{more}."
