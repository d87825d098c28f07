"""The tutor's own light and dark theme, and the glyphs that stand beside every colour.

The palette keeps green towards blue and red towards orange, so that "passed" and "not passed"
stay apart for colour-blind eyes; the glyphs carry the same meaning without any colour.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="tutor-dark",
    primary="#8ab4d8",
    secondary="#b9a7dd",
    accent="#e2b76b",
    success="#7cc7a8",
    warning="#e2b76b",
    error="#ec8f70",
    foreground="#d5dae1",
    background="#14171c",
    surface="#1a1e25",
    panel="#232933",
    dark=True,
    variables={
        "border": "#39414e",
        "border-blurred": "#2b323d",
        "block-cursor-background": "#26384a",
        "block-cursor-foreground": "#f2f5f8",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#202a35",
        "block-cursor-blurred-foreground": "#d5dae1",
        "input-selection-background": "#8ab4d8 30%",
        "scrollbar": "#333b47",
        "scrollbar-hover": "#465162",
        "scrollbar-active": "#8ab4d8",
        "scrollbar-background": "#14171c",
        "scrollbar-background-hover": "#14171c",
        "scrollbar-background-active": "#14171c",
        "quiet": "#8b96a5",
        "faint": "#4a5361",
        "rule": "#2b323d",
        "bar": "#191d23",
    },
)

LIGHT = Theme(
    name="tutor-light",
    primary="#215d91",
    secondary="#66509a",
    accent="#8a5a00",
    success="#14694f",
    warning="#8a5a00",
    error="#ad3a16",
    foreground="#22262d",
    background="#fbfaf7",
    surface="#f4f2ed",
    panel="#e9e6df",
    dark=False,
    variables={
        "border": "#c9c4b8",
        "border-blurred": "#dedad0",
        "block-cursor-background": "#d8e6f2",
        "block-cursor-foreground": "#10151b",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#eae8e1",
        "block-cursor-blurred-foreground": "#22262d",
        "input-selection-background": "#215d91 25%",
        "scrollbar": "#d3cec2",
        "scrollbar-hover": "#bcb6a8",
        "scrollbar-active": "#215d91",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
        "quiet": "#666b73",
        "faint": "#b3afa5",
        "rule": "#dedad0",
        "bar": "#f1efe9",
    },
)

THEMES = (DARK, LIGHT)

GLYPHS = {
    "new": "○",
    "started": "◐",
    "done": "✓",
    "passed": "✓",
    "failed": "✗",
    "error": "✗",
    "timeout": "✗",
    "resource_limit": "✗",
    "cancelled": "–",
    "skipped": "–",
    "due": "↻",
    "seen": "◇",
    "tested-out": "◆",
    "running": "◌",
}
"""What each status looks like without colour."""

COLOURS = {
    "new": "$quiet",
    "started": "$accent",
    "done": "$success",
    "passed": "$success",
    "failed": "$error",
    "error": "$error",
    "timeout": "$error",
    "resource_limit": "$error",
    "cancelled": "$quiet",
    "skipped": "$quiet",
    "due": "$accent",
    "seen": "$secondary",
    "tested-out": "$secondary",
    "running": "$primary",
}
"""The theme colour of each status."""

WORDS = {
    "new": "new",
    "started": "started",
    "done": "done",
    "passed": "passed",
    "due": "due",
    "seen": "seen",
    "tested-out": "tested out",
    "failed": "not passed",
    "error": "did not run",
    "timeout": "took too long",
    "resource_limit": "used too much",
}
"""What each status is called; a status that is missing here is called by its own name."""


def status_word(status: str) -> str:
    return WORDS.get(status, status)
