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


def nearest(name: str, candidates: Sequence[str]) -> str | None:
    """The candidate that ``name`` most probably stands for, if any comes near."""
    import difflib

    matches = difflib.get_close_matches(name[:100], candidates, n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(name: str, candidates: Sequence[str], *, otherwise: str) -> str:
    """A next step: the nearest right name, or ``otherwise`` and what there is to choose from."""
    if not candidates:
        return ""
    more = f" and {len(candidates) - _SHOWN} more" if len(candidates) > _SHOWN else ""
    return nearest_or(name, candidates, f"{otherwise}: {', '.join(sorted(candidates)[:_SHOWN])}{more}.")


def nearest_or(name: str, candidates: Sequence[str], otherwise: str) -> str:
    """A next step: the nearest right name, or ``otherwise``."""
    match = nearest(name, candidates)
    return otherwise if match is None else f"Did you mean '{match}'?"
