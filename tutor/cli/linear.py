"""Plain output: lines that a screen reader reads well, without bars, boxes, shades and styles.

``tutor --plain COMMAND`` turns it on, ``tutor --plain`` for a whole session. What bars show stands in figures beside
them; pictures that are nothing but signs are left out by the commands that draw them, which ask ``is_on``.
"""

from __future__ import annotations

import re

_DRAWN = re.compile("[\u2500-\u259f\u25aa-\u25af]+|·{3,}")
_GAPS = re.compile(r"(?<=\S) {3,}")
_on = False


def turn_on() -> None:
    """For the rest of this process."""
    global _on
    _on = True


def is_on() -> bool:
    """Whether this process prints for who listens or reads line by line."""
    return _on


def linear(text: str) -> str:
    """``text`` without drawn signs; a line that held nothing else is left out."""
    lines = []
    for line in text.split("\n"):
        kept = _DRAWN.sub(" ", line)
        if kept != line:
            kept = _GAPS.sub("  ", kept).rstrip()
            if not re.search(r"\w", kept):
                continue
        lines.append(kept)
    return "\n".join(lines)
