"""Where the learner's file is, and whether it is watched."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content
from textual.widgets import Static

from tutor.app.text import shown_path


class FileLine(Static):
    def show(self, path: Path, *, watching: bool) -> None:
        written = "" if path.exists() else "  not written yet"
        line = Content.styled(shown_path(path) + written, "$quiet")
        if watching:
            line = Content.assemble(("◉ watching  ", "bold $primary"), line)
        self.update(line)
