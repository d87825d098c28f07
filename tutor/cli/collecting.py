"""``tutor course``: courses from elsewhere, looked at before they are added."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tutor.amounts import counted
from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.options import JsonOption
from tutor.errors import RefusedProblem, UsageProblem

if TYPE_CHECKING:
    from tutor.course.library import KeptCourse, Program, Review


def course_command(
    action: Annotated[Literal["add", "list", "remove"], typer.Argument(help="What to do.")],
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="add: a folder, a ZIP file, or the address of a git repository. remove: a course's id.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="add: do not ask; you have read its programs.")] = False,
    show: Annotated[bool, typer.Option("--show", help="add: print the programs in full.")] = False,
    json: JsonOption = False,
) -> int:
    """Courses from elsewhere. 'add' shows what a course may do, and asks; --content ID then takes it."""
    if action == "list" and what is None and not (yes or show):
        return _list(json)
    if action == "remove" and what is not None and not show:
        return _remove(what, json)
    if action == "add" and what is not None:
        return _add(what, yes=yes, show=show, json=json)
    raise UsageProblem(
        "That is no way to use it.",
        where=f"tutor course {action}",
        next_step="Say: tutor course add PATH|ZIP|GIT · tutor course list · tutor course remove ID",
    )


def _list(json: bool) -> int:
    from tutor.course.library import kept_courses

    kept = kept_courses()
    if json:
        console.write_json({"schema": "tutor.courses/1", "courses": [_row(course) for course in kept]})
        return 0
    for course in kept:
        console.write(
            f"{styled(clean(course.id), 'bold')}  {clean(course.title)}, version {clean(course.version)}"
        )
        console.write(
            styled(f"    from {clean(course.source)}, {course.at[:10]}; --content {course.id}", "dim")
        )
    if not kept:
        console.write(
            "No course was added. 'tutor course add' takes a folder, a ZIP file or a git repository."
        )
    return 0


def _row(course: KeptCourse) -> dict[str, Any]:
    return {
        "id": course.id,
        "title": course.title,
        "version": course.version,
        "source": course.source,
        "at": course.at,
        "folder": str(course.folder),
    }


def _remove(id: str, json: bool) -> int:
    from tutor.course.library import remove

    gone = remove(id)
    if json:
        console.write_json({"schema": "tutor.course-removed/1", **_row(gone)})
    else:
        console.write(f"Removed: {clean(gone.title)}. What you learned of it is kept, and so are your files.")
    return 0


def _add(source: str, *, yes: bool, show: bool, json: bool) -> int:
    from tutor.course.library import add, bring, kept_courses, review

    console.status("" if json else "bringing the course here")
    with bring(source) as folder:
        found = review(folder)
        _require_other_id(found)
        before = next((course for course in kept_courses() if course.id == found.id), None)
        if not json:
            console.write("\n".join(_review_lines(found, before)))
            if show:
                _show(folder, found.programs)
        if not yes:
            _confirm(folder, found)
        kept = add(
            found, folder, source if "://" in source or "@" in source else str(Path(source).absolute())
        )
    if json:
        programs = [
            {"path": one.path, "rights": one.rights, "lines": one.lines, "reaches": list(one.reaches)}
            for one in found.programs
        ]
        console.write_json({"schema": "tutor.course-added/1", **_row(kept), "programs": programs})
    else:
        console.write(f"Added. Begin with: tutor --content {kept.id}")
    return 0


def _require_other_id(found: Review) -> None:
    """Progress is recorded by a course's id, so that one of ours would be mixed with a stranger's."""
    from tutor.course import load_content
    from tutor.paths import installed_root

    if load_content(installed_root()).id == found.id:
        raise UsageProblem(
            f"Its id is '{found.id}', which is that of the tutor's own course.",
            where="lessons/course.yaml",
            next_step="Progress is kept by id. Give it another one, or use it with --content DIR.",
        )


def _review_lines(found: Review, before: KeptCourse | None) -> Iterator[str]:
    yield styled(f"{clean(found.title)}, version {clean(found.version)} ({found.id})", "bold")
    counts = ((found.lessons, "lesson"), (found.questions, "question"), (found.exercises, "exercise"))
    yield "  " + ", ".join(counted(number, word) for number, word in counts)
    if before is not None:
        yield styled(
            f"  takes the place of version {clean(before.version)}, from {clean(before.source)}", "yellow"
        )
    yield ""
    yield styled("With your own rights, when you submit (hidden checks):", "bold")
    yield from _program_lines(found.of("yours"), "yellow")
    yield styled("Confined like a submission (demos, public examples):", "bold")
    yield from _program_lines(found.of("confined"), "dim")
    yield ""
    yield wrapped(
        "What a program reaches for is read from its text, and a hostile one could hide it. Add a course only if you "
        "trust whoever made it. Confined programs see no network and none of your files, as far as this machine "
        "allows; 'tutor doctor' says how far."
    )


def _program_lines(programs: Sequence[Program], style: str) -> Iterator[str]:
    for one in programs:
        hint = styled(f"  reaches for {', '.join(one.reaches)}", style) if one.reaches else ""
        yield f"  {clean(one.path):<48} {one.lines:>4} lines{hint}"
    if not programs:
        yield "  none"


def _confirm(folder: Path, found: Review) -> None:
    """Raises RefusedProblem where nobody says yes."""
    if not console.is_interactive():
        raise RefusedProblem(
            "Nobody is here to say yes, so nothing was added.",
            where=found.id,
            next_step="Read its programs (--show prints them), then run this with --yes.",
        )
    while True:
        console.write("Add it? y: yes · s: show the programs · anything else: no  ", end="")
        answer = sys.stdin.readline().strip().lower()
        if answer in ("s", "show"):
            _show(folder, found.programs)
        elif answer in ("y", "yes"):
            return
        else:
            raise RefusedProblem("Nothing was added.", where=found.id)


def _show(folder: Path, programs: Sequence[Program]) -> None:
    for one in programs:
        console.write(styled(f"\n── {clean(one.path)}", "bold"))
        console.write(clean((folder / one.path).read_text(encoding="utf-8", errors="replace")).rstrip())
    console.write()
