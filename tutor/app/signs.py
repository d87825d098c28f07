"""Signs and lines in plain ASCII, for terminals that draw nothing else.

One place turns them: what is about to be drawn. Screens and widgets know only the Unicode signs.
"""

from __future__ import annotations

import locale
from collections.abc import Mapping

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "\u00a0": " ",
    "✓": "+", "✗": "x", "○": "o", "◐": "%", "●": "*", "◉": "*", "◌": ".", "◇": "<", "◆": "#", "↻": "@", "◦": ".",
    "▸": ">", "›": ">", "‹": "<", "→": ">", "←": "<", "↑": "^", "↓": "v", "↕": "|", "•": "*", "▪": "*", "·": ".",
    "■": "#", "□": ".", "▌": "|", "▍": "|", "▎": "|", "▏": "|", "▊": "|", "▐": "|", "▕": "|", "╸": "=", "╺": "=",
    "━": "=", "─": "-", "┃": "|", "│": "|", "║": "|", "═": "=", "┄": "-", "┆": ":", "╌": "-",
    "…": "~", "–": "-", "—": "-", "‑": "-", "−": "-", "×": "x", "≤": "<", "≥": ">", "≈": "~", "≡": "=", "±": "~",
    "’": "'", "‘": "'", "“": '"', "”": '"', "█": "#", "▓": "#", "▒": "+", "░": ".", "▀": '"', "▄": "_", "▔": "-",
    "▁": "_", "▂": "_", "▃": "-", "▅": "=", "▆": "=", "▇": "#", "‖": "|",
    "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+",
    "╭": "+", "╮": "+", "╰": "+", "╯": "+", "╔": "+", "╗": "+", "╚": "+", "╝": "+",
    "▗": ".", "▖": ".", "▘": "'", "▝": "'",
}  # fmt: skip
_TABLE = str.maketrans(_SIGNS)

PLAIN_TERMINALS = ("linux", "dumb", "vt100", "vt220")
"""``TERM`` of terminals whose fonts hold few signs beyond ASCII."""


class AsciiSigns(LineFilter):
    """Replaces each sign by one that takes the same room."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(segment.text.translate(_TABLE), segment.style)
            for segment in segments
        ]


def wants_ascii(setting: str, environment: Mapping[str, str]) -> bool:
    """Whether signs are to be ASCII: as ``setting`` says; ``auto`` goes by what the terminal is known to draw."""
    if setting != "auto":
        return setting == "ascii"
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    return environment.get("TERM") in PLAIN_TERMINALS or encoding not in ("utf8", "utf16", "cp65001")
