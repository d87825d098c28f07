"""Source code and diffs, coloured."""

from __future__ import annotations

from textual.content import Content

from tutor.app.text import colourless


def python(source: str) -> Content:
    """Python with its syntax coloured; controls are dropped first."""
    from textual.highlight import highlight

    return highlight(colourless(source.rstrip("\n")), language="python")


def diff(text: str) -> Content:
    """A unified diff; the signs at the line's start say what the colours say."""
    lines = []
    for line in colourless(text.rstrip("\n")).split("\n"):
        style = {"+": "$success", "-": "$error", "@": "$primary"}.get(line[:1], "")
        if line.startswith(("+++", "---")):
            style = "$quiet"
        lines.append(Content.styled(line, style))
    return Content("\n").join(lines)


def newer_sections(changes: str | None) -> list[tuple[str, Content]]:
    """What a newer version of an exercise changed in its stub, and what that means for the learner."""
    from tutor.progress.versions import NO_STUB_KEPT, STUB_UNCHANGED

    told = diff(changes) if changes else Content(NO_STUB_KEPT if changes is None else STUB_UNCHANGED)
    kept = "Your file and your pass stay as they are. Enter on the workbench grades your file by the new version."
    return [("What changed in the stub since you began", told), ("What it means for you", Content(kept))]
