"""``tutor verify``: whether a signed result was altered, and which content graded it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, JsonOption

if TYPE_CHECKING:
    from tutor.classroom.signing import Checked

ALTERED = 1
HONEST = (
    "A signature shows that the holder of this key wrote this and that nobody changed it since. It does not show "
    "that the machine that graded was honest: for that, grade the file yourself ('tutor grade')."
)


def verify_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A signed verdict, or a signed gradebook.")],
    solution: Annotated[
        Path | None,
        typer.Option(
            "--solution", metavar="FILE", help="It must be this file that was graded.", show_default=False
        ),
    ] = None,
    key: Annotated[
        str, typer.Option("--key", metavar="KEY", help="It must be signed by this key.", show_default=False)
    ] = "",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Check a signed result. Exit code: 0 as it was signed, 1 altered or not what was named."""
    from tutor.classroom.signing import check

    checked = check(file, solution=solution, key=key)
    graded_by = _graded_by(checked, content)
    if json:
        console.write_json({
            "schema": "tutor.verified/1",
            "ok": checked.is_sound,
            "problems": list(checked.problems),
            "signer": checked.signer,
            "at": checked.at,
            "content": dict(checked.content),
            "same_content": graded_by,
            "document": dict(checked.document),
        })  # fmt: skip
    else:
        console.write(_text(checked, graded_by))
    return 0 if checked.is_sound else ALTERED


def _graded_by(checked: Checked, content: Path | None) -> bool | None:
    """Whether the checks installed here are those that graded it; ``None`` where that can't be said."""
    wanted, exercise = checked.content.get("grader_hash"), checked.document.get("exercise")
    if not isinstance(wanted, str):
        return None
    known = {one.id: one for one in open_content(content).exercises}
    return known[str(exercise)].grader_hash == wanted if exercise in known else None


def _text(checked: Checked, same: bool | None) -> str:
    document, content = checked.document, checked.content
    headline = "As it was signed" if checked.is_sound else "Not to be trusted"
    lines = [styled(headline, "green" if checked.is_sound else "red")]
    lines += [wrapped(clean(problem), "  ") for problem in checked.problems]
    lines.append(f"  {_what(document)}")
    version = f"{clean(str(content.get('course', '?')))} {clean(str(content.get('version', '?')))}"
    here = {
        True: "the same checks as are installed here",
        False: "other checks than are installed here",
        None: "",
    }[same]
    lines.append(f"  graded by   {version}{', ' + here if here else ''} (tutor {clean(checked.tutor)})")
    lines.append(f"  signed      {clean(checked.at)} by {checked.signer}")
    if checked.is_sound:
        lines.append(styled(wrapped(HONEST, "  "), "dim"))
    return "\n".join(lines)


def _what(document: Any) -> str:
    if document.get("schema") == "tutor.gradebook/1":
        return f"gradebook   {clean(str(document.get('file')))}, {clean(str(document.get('rows')))} rows"
    solution = document.get("solution") if isinstance(document.get("solution"), dict) else {}
    sha = clean(str(solution.get("sha256", "?")))[:16]
    exercise, verdict = (clean(str(document.get(name))) for name in ("exercise", "verdict"))
    return f"verdict     {exercise}: {verdict}, of the file {sha}…"
