"""The course that docs/authoring.md shows, file by file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.docs.pages import ROOT, text_of

FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```(?:yaml|python)\n(?P<text>.*?)```", re.DOTALL)


def write_course(folder: Path) -> Path:
    """Write it into ``folder``, with the shared graders of the checkout."""
    for found in FILE.finditer(text_of("docs/authoring.md")):
        path = folder / found["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
    for shared in (ROOT / "graders").glob("*.py"):
        shutil.copy(shared, folder / "graders")
    return folder
