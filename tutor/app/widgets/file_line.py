"""Where the learner's file is, and whether it is watched."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content
from textual.widgets import Static

from tutor.app.text import shown_path

NEWER = Content.assemble(
    ("↻ newer version  ", "bold $accent"),
    ("v", "bold $primary"),
    (" what changed in the stub; your pass stays", "$quiet"),
)


class FileLine(Static):
    """The file's path; below it, where the exercise changed since, what can be done about it."""

    def show(self, path: Path, *, watching: bool, newer: bool = False) -> None:
        """Name the file, and say whether it is there, whether saves are graded, and whether the exercise is newer."""
        written = "" if path.exists() else "  not written yet"
        line = Content.styled(shown_path(path) + written, "$quiet")
        if watching:
            line = Content.assemble(("◉ watching  ", "bold $primary"), line)
        if newer:
            line = Content("\n").join([line, NEWER])
        self.update(line)
