"""The tutor's own themes, light and dark and the same in high contrast, and the glyphs that stand beside every colour.

The palette keeps green towards blue and red towards orange, so that "passed" and "not passed"
stay apart for colour-blind eyes; the glyphs carry the same meaning without any colour.
"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from tutor.errors import UsageProblem

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

CONTRAST_DARK = Theme(
    name="tutor-contrast-dark",
    primary="#6cc4ff",
    secondary="#d9c4ff",
    accent="#ffd24a",
    success="#4df0b8",
    warning="#ffd24a",
    error="#ff9a6b",
    foreground="#ffffff",
    background="#000000",
    surface="#101010",
    panel="#1c1c1c",
    dark=True,
    variables={
        "border": "#c8c8c8",
        "border-blurred": "#9a9a9a",
        "block-cursor-background": "#003d73",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#333333",
        "block-cursor-blurred-foreground": "#ffffff",
        "input-selection-background": "#6cc4ff 45%",
        "scrollbar": "#b0b0b0",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffd24a",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "quiet": "#d6d6d6",
        "faint": "#949494",
        "rule": "#949494",
        "bar": "#1c1c1c",
    },
)

CONTRAST_LIGHT = Theme(
    name="tutor-contrast-light",
    primary="#003f87",
    secondary="#4b2a8c",
    accent="#6b3f00",
    success="#00543a",
    warning="#6b3f00",
    error="#8f1d00",
    foreground="#000000",
    background="#ffffff",
    surface="#f2f2f2",
    panel="#e6e6e6",
    dark=False,
    variables={
        "border": "#3a3a3a",
        "border-blurred": "#5e5e5e",
        "block-cursor-background": "#bcd8ff",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#d9d9d9",
        "block-cursor-blurred-foreground": "#000000",
        "input-selection-background": "#003f87 30%",
        "scrollbar": "#5e5e5e",
        "scrollbar-hover": "#000000",
        "scrollbar-active": "#003f87",
        "scrollbar-background": "#ffffff",
        "scrollbar-background-hover": "#ffffff",
        "scrollbar-background-active": "#ffffff",
        "quiet": "#363636",
        "faint": "#6a6a6a",
        "rule": "#6a6a6a",
        "bar": "#e6e6e6",
    },
)

THEMES = (DARK, LIGHT, CONTRAST_DARK, CONTRAST_LIGHT)


def require_theme(name: str) -> None:
    """Refuse a name for which the app would fall back to its own theme without a word.

    Raises:
        UsageProblem: neither the tutor nor Textual has a theme of that name.
    """
    from tutor.course.names import nearest_or, printable  # the first frame needs no course

    own = [theme.name for theme in THEMES]
    known = [*own, *BUILTIN_THEMES]
    if name not in known:
        raise UsageProblem(
            f"There is no theme '{printable(name)}'.",
            where="the setting 'theme'",
            next_step=nearest_or(name, known, f"The tutor's own are {', '.join(own)}."),
        )


WIDE = 100
"""From so many columns on, what belongs together stands side by side."""

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
    "reread": "↻",
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
    "reread": "$accent",
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
    "reread": "reread",
    "seen": "seen",
    "tested-out": "tested out",
    "failed": "not passed",
    "error": "did not run",
    "timeout": "took too long",
    "resource_limit": "used too much",
}
"""What each status is called; a status that is missing here is called by its own name."""


def status_word(status: str) -> str:
    """The word that stands beside a glyph; a status without one is its own word."""
    return WORDS.get(status, status)
