"""``tutor backups``: what was kept of your files, and bringing a version back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.progress.workspace import Backup


def backups_command(
    action: Annotated[
        str | None, typer.Argument(metavar="restore", help="Bring one back.", show_default=False)
    ] = None,
    number: Annotated[
        int | None, typer.Argument(metavar="N", help="Which, as the list numbers them.", show_default=False)
    ] = None,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """The kept versions of your files, newest first; 'restore N' brings one back.

    A file goes to the backups before anything replaces it: a reset, practice, or another version that is restored.
    """
    if action is None:
        return _list(json)
    if action != "restore" or number is None:
        raise UsageProblem(
            "Only 'restore' and the number of a backup can stand here.",
            where="tutor backups",
            next_step="Say: tutor backups restore N",
        )
    return _restore(number, json, content)


def _list(json: bool) -> int:
    from datetime import UTC, datetime

    from tutor.paths import tutor_home
    from tutor.progress.backup import backups as of_the_database
    from tutor.progress.workspace import backups

    home = tutor_home()
    kept, databases = backups(home), of_the_database(home / "backups", datetime.now(UTC))
    if json:
        document = {
            "schema": "tutor.backups/1",
            "backups": [_row(one) for one in kept],
            "database": [str(path) for path in databases],
        }
        console.write_json(document)
    else:
        console.write("\n".join(_lines(kept, databases)))
    return 0


def _lines(kept: Sequence[Backup], databases: Sequence[Path]) -> list[str]:
    lines = [styled(f"  {'N':>3}  {'file':<32} {'replaced on':<17} {'lines':>5}", "dim")] if kept else []
    for one in kept:
        when = f"{one.at.astimezone():%Y-%m-%d %H:%M}"
        lines.append(f"  {one.number:>3}  {clean(one.file_name):<32} {when:<17} {_line_count(one):>5}")
    if kept:
        lines += ["", "Bring one back: tutor backups restore N"]
    else:
        lines.append("No file of yours was replaced yet, so there are no backups.")
    if databases:
        newest = databases[0].stem.removeprefix("progress-")
        days = f"{len(databases)} day{'' if len(databases) == 1 else 's'}"
        lines.append(styled(f"Your progress is backed up by itself: {days}, last {newest}.", "dim"))
    return lines


def _line_count(backup: Backup) -> int:
    return len(backup.path.read_bytes().splitlines())


def _row(backup: Backup) -> dict[str, Any]:
    return {
        "number": backup.number,
        "file": backup.file_name,
        "at": backup.at.isoformat(),
        "path": str(backup.path),
        "bytes": backup.path.stat().st_size,
    }


def _restore(number: int, json: bool, content: Path | None) -> int:
    from tutor.paths import tutor_home
    from tutor.progress import workspace

    kept = workspace.backups(tutor_home())
    chosen = next((one for one in kept if one.number == number), None)
    if chosen is None:
        raise UsageProblem(
            f"There is no backup {number}.",
            where="tutor backups",
            next_step=f"There are 1 to {len(kept)}." if kept else "No file of yours was replaced yet.",
        )
    course = open_content(content)
    exercise = workspace.exercise_of(course, chosen)
    path = workspace.restore(open_store(course), exercise, chosen)
    if json:
        console.write_json({"schema": "tutor.restored/1", "path": str(path), "from": str(chosen.path)})
    else:
        console.write(str(path))
        console.write_error("What stood there before is the newest backup now, unless it was the same.")
    return 0
