"""Source code and diffs, coloured."""

from __future__ import annotations

from textual.content import Content

from tutor.app.text import untrusted


def python(source: str) -> Content:
    """Python with its syntax coloured; controls are dropped first."""
    from textual.highlight import highlight

    return highlight(untrusted(source.rstrip("\n")).plain, language="python")


def diff(text: str) -> Content:
    """A unified diff; the signs at the line's start say what the colours say."""
    lines = []
    for line in untrusted(text.rstrip("\n")).plain.split("\n"):
        style = {"+": "$success", "-": "$error", "@": "$primary"}.get(line[:1], "")
        if line.startswith(("+++", "---")):
            style = "$quiet"
        lines.append(Content.styled(line, style))
    return Content("\n").join(lines)
