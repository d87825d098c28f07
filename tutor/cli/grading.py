"""``tutor grade``: a folder of submissions, one gradebook."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.cli import console
from tutor.cli.console import styled
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, DeviceOption, JsonOption, require_writable
from tutor.errors import UsageProblem
from tutor.paths import tutor_home

if TYPE_CHECKING:
    from tutor.classroom.gradebook import Gradebook
    from tutor.classroom.remembered import LastClass
    from tutor.classroom.running import Ran
    from tutor.classroom.session import Session


def grade_command(
    where: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="A folder, a zip export or a CSV manifest; for --again and --plan, else the class graded last.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where the gradebook goes.", show_default=False),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="local|ray", help="This machine, or a Ray cluster.")
    ] = "local",
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=0, help="Gradings at once; 0: as many as have room.")
    ] = 0,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="csv|jsonl|junit|gradescope|canvas|moodle|html",
            help="Else FILE's name says it.",
            show_default=False,
        ),
    ] = None,
    exercise: Annotated[
        str,
        typer.Option(
            "--exercise",
            metavar="ID",
            help="What files are for whose names do not say it.",
            show_default=False,
        ),
    ] = "",
    student: Annotated[
        str,
        typer.Option(
            "--student", metavar="NAME", help="Whose all of DIR is, one person's.", show_default=False
        ),
    ] = "",
    journal: Annotated[
        Path | None,
        typer.Option("--journal", metavar="FILE", help="Else DIR.journal beside FILE.", show_default=False),
    ] = None,
    retry_faults: Annotated[
        bool, typer.Option("--retry-faults", help="Grade again where the grader or the machine failed.")
    ] = False,
    again: Annotated[
        str | None,
        typer.Option(
            "--again",
            metavar="ROW",
            help="Repeat one row's grading exactly, for an appeal.",
            show_default=False,
        ),
    ] = None,
    plan: Annotated[
        int | None,
        typer.Option(
            "--plan",
            metavar="N",
            min=1,
            help="What N submissions would take, by measured rates.",
            show_default=False,
        ),
    ] = None,
    price: Annotated[
        float, typer.Option("--price", metavar="P", min=0.0, help="Of one worker for an hour, for --plan.")
    ] = 0.0,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs", metavar="FILE", help="Files much alike, as CSV: pairs to look at.", show_default=False
        ),
    ] = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the gradebook, in FILE.sig.")] = False,
    address: Annotated[
        str, typer.Option("--address", metavar="A", help="Of a Ray cluster; else one on this machine.")
    ] = "",
    gpus: Annotated[
        float,
        typer.Option("--gpus", metavar="F", min=0.0, help="The share of a GPU a grading takes, on Ray."),
    ] = 0.0,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            min=0,
            help="For a new journal: inputs that others can draw, too.",
            show_default=False,
        ),
    ] = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Grade a class. The same command again goes on where it was: nothing is graded twice.

    Exit code 0 when every row has a verdict; 5 (or 3) where the grader (or the machine) failed in some.
    """
    from tutor.classroom.engines import Wanted
    from tutor.classroom.remembered import LastClass, remember

    wanted = Wanted(device, workers, address, gpus)
    if again is not None or plan is not None:
        from tutor.cli import grading_again

        place = _place(where, out, journal, LastClass("", "", exercise, student))
        if again is not None:
            return grading_again.again(place, again, open_content(content), wanted, json)
        return grading_again.planned(place, plan or 1, open_content(content), wanted, price, json)
    if where is None or out is None:
        raise UsageProblem(
            "A class needs a folder and a place for its gradebook.",
            where="tutor grade",
            next_step="'tutor grade DIR --out FILE'; 'tutor grade --help' shows the rest.",
        )
    for file, option in ((out, "--out"), (pairs, "--pairs")):
        require_writable(file, option)
    from tutor.classroom import formats
    from tutor.classroom.session import Session, journal_of

    named = formats.format_of(form, out)
    kept_in = journal or journal_of(where, out)
    own_files = tuple(file for file in (out, pairs) if file is not None)
    session = Session(
        open_content(content),
        where,
        kept_in,
        exercise=exercise,
        student=student,
        engine=engine,
        wanted=wanted,
        own_files=own_files,
        seed=seed,
    )
    with session:
        remember(tutor_home(), LastClass(str(where.absolute()), str(kept_in.absolute()), exercise, student))
        book, ran = _graded(session, retry_faults, json)
        written = _written(book, named, out, pairs, sign)
        return _told(session, book, ran, written, json, formats.advice(book, named))


def _place(where: Path | None, out: Path | None, journal: Path | None, named: LastClass) -> LastClass:
    """Folder and journal of a class graded before: those that are named, else of the last."""
    from tutor.classroom.remembered import recall
    from tutor.classroom.session import journal_of

    if where is not None and (journal or out):
        return replace(named, where=str(where), journal=str(journal or journal_of(where, out or Path())))
    last = recall(tutor_home())
    return replace(
        named if where else last, where=str(where or last.where), journal=str(journal or last.journal)
    )


def _graded(session: Session, retry_faults: bool, json: bool) -> tuple[Gradebook, Ran]:
    from tutor.cli.class_text import announce

    try:
        return asyncio.run(session.grade(retry_faults=retry_faults, on_progress=None if json else announce))
    except (KeyboardInterrupt, asyncio.CancelledError):
        kept = f"{len(session.journal)} gradings are kept in {session.journal.path}"
        console.write_error(console.clean(f"{kept}: the same command goes on."))
        raise KeyboardInterrupt from None


def _written(book: Gradebook, named: str, out: Path, pairs: Path | None, sign: bool) -> list[Path]:
    """Writes what was asked for; where it is."""
    from tutor.classroom import formats, signing
    from tutor.progress.keeping import write_output

    data = formats.render(book, named)
    files = {out: data}
    if pairs is not None:
        files[pairs] = formats.pairs_csv(book)
    if sign:
        about = {"course": book.content.id, "version": book.content.version}
        document = signing.gradebook_document(out, data, len(book.rows))
        files[out.with_name(out.name + signing.SIGNATURE_SUFFIX)] = signing.signed(
            document, about, tutor_home()
        )
    for file, content in files.items():
        write_output(file, content)
    return list(files)


def _told(session: Session, book: Gradebook, ran: Ran, written: list[Path], json: bool, advice: str) -> int:
    from tutor.cli.class_text import class_document, class_text

    document = class_document(book, ran, session.journal.path, written)
    if json:
        console.write_json(document)
    else:
        console.write(class_text(document, book))
        if advice:
            console.write(styled(advice, "yellow"))
    return int(document["exit"])
