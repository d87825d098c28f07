"""The lines at the bottom of each screen while a course is being written: it is read, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.content import Content
from textual.widgets import Static

from tutor.amounts import counted
from tutor.app.text import colourless, shown_path
from tutor.course.fixes import fix_of
from tutor.errors import ContentProblem

SHOWN = 3
SHOWN_WIDE = 8


class AuthorPanel(Static):
    """``show`` after each reading."""

    def show(
        self,
        root: Path,
        problems: Sequence[ContentProblem] | None,
        when: str,
        *,
        wide: bool,
        whole_before: bool = True,
    ) -> None:
        """``problems`` as the last reading found them; None before the first. ``whole_before``: some reading found
        none, and what it read is shown."""
        self.set_class(bool(problems), "-broken")
        place = Content.styled(shown_path(root), "$quiet")
        if problems is None:
            self.update(Content.assemble(("◌ reading  ", "$primary"), place))
        elif not problems:
            self.update(Content.assemble(("✓ ", "$success"), f"read at {when}  ", place))
        else:
            shown = (
                "shown is the last version without any"
                if whole_before
                else "mend them, and the course appears"
            )
            most = SHOWN_WIDE if wide else SHOWN
            self.update(Content("\n").join(_lines(root, problems, when, shown, most)))


def _lines(root: Path, problems: Sequence[ContentProblem], when: str, shown: str, most: int) -> list[Content]:
    head = f"✗ {counted(len(problems), 'problem')} at {when}"
    lines = [Content.assemble((head, "bold $error"), (f"  {shown}", "$quiet"))]
    for problem in problems[:most]:
        where = problem.where.removeprefix(f"{root}/")
        lines.append(Content.assemble((colourless(where), "$primary"), "  ", colourless(problem.message)))
        if fix := fix_of(problem):
            lines.append(Content.styled(f"    {colourless(fix)}", "$quiet"))
    if len(problems) > most:
        lines.append(Content.styled(f"and {len(problems) - most} more: tutor validate", "$quiet"))
    return lines
