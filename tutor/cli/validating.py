"""``tutor validate``: each exercise proves its own grader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tutor.amounts import counted
from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.copying import name_course
from tutor.cli.options import ContentOption, DeviceOption, JsonOption, SeedOption

FAILED = 2


def validate_command(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="CONTENT_DIR", help="The course; else the installed one.", show_default=False),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            "--only", metavar="ID", help="One exercise, or a lesson's quiz and exercises.", show_default=False
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="20 seeds, and all mutants of each reference.")
    ] = False,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Mutants, too, where no grading trains or loads a model.")
    ] = False,
    schemas: Annotated[
        Path | None,
        typer.Option(
            "--schemas",
            metavar="FOLDER",
            help="Only write the JSON Schemas of all content files there, for editors.",
            show_default=False,
        ),
    ] = None,
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Prove a course: files, stubs, right and wrong solutions, lazy answers. Exit code 2 if any fails."""
    if schemas is not None:
        return _write_schemas(schemas, json)
    from tutor.paths import content_root
    from tutor.proving import validate

    root = content_root(name_course(folder or content))
    report = validate(
        root,
        only=only,
        full=full,
        mutants=mutants,
        seed=seed,
        device=device,
        on_progress=None if json else console.status,
    )
    document = report.to_json()
    if json:
        console.write_json(document)
    else:
        console.write(validation_text(document))
    return 0 if report.ok else FAILED


def _write_schemas(folder: Path, json: bool) -> int:
    from tutor.course.schemas import schema_files
    from tutor.progress.files import write_atomically

    written = []
    for name, data in schema_files(str(folder.expanduser().absolute())).items():
        write_atomically(Path(name), data)
        written.append(name)
    if json:
        console.write_json({"schema": "tutor.schemas/1", "files": written})
    else:
        console.write("\n".join(written))
    return 0


def validation_text(document: Mapping[str, Any]) -> str:
    """The ``tutor.validation/1`` document as text: a few lines an exercise, then what is wrong."""
    lines = []
    for one in document["exercises"]:
        if one["skipped"]:
            lines.append(
                f"{styled('○', 'yellow')} {clean(one['id']):<24} not proved here: {clean(one['skipped'])}"
            )
            continue
        sign = styled("✓", "green") if _is_proved(one) else styled("✗", "red")
        first, *others = _facts(one)
        lines.append(f"{sign} {clean(one['id']):<24} {first}")
        lines += [f"  {'':<24} {clean(other)}" for other in others]
    lines += [_quiz(quiz) for quiz in document["quizzes"]]
    lines += [line for problem in document["problems"] for line in _problem(problem, "red")]
    lines += [line for warning in document["warnings"] for line in _problem(warning, "yellow", ", warning")]
    lines.append(_summary(document))
    return "\n".join(lines)


def _quiz(quiz: Mapping[str, Any]) -> str:
    sign = styled("✓", "green") if quiz["holds"] else styled("✗", "red")
    came = "drawn and answered" if quiz["holds"] else "drawn, and what follows is wrong with them"
    return f"{sign} {clean(quiz['lesson']):<24} quiz: {counted(quiz['items'], 'question')} {came}"


def _summary(document: Mapping[str, Any]) -> str:
    if not document["ok"]:
        return styled("Not proved.", "red")
    skipped = sum(bool(one["skipped"]) for one in document["exercises"])
    return styled(f"All proved but {skipped}.", "yellow") if skipped else styled("All proved.", "green")


def _is_proved(one: Mapping[str, Any]) -> bool:
    right, wrong, lazy, mutants = one["right"], one["wrong"], one["lazy"], one["mutants"]
    return bool(
        one["stub_fails"]
        and right["passed"] == right["of"]
        and wrong["rejected"] == wrong["as_named"] == wrong["of"]
        and lazy["rejected"] == lazy["of"]
        and (mutants is None or mutants["enough"])
    )


def _facts(one: Mapping[str, Any]) -> Iterator[str]:
    right, wrong, lazy, mutants, nearest = (
        one[key] for key in ("right", "wrong", "lazy", "mutants", "nearest_pass")
    )
    stub = "stub fails" if one["stub_fails"] else "the stub does not fail"
    rejected = f"{wrong['rejected']} of {wrong['of']} wrong rejected, {wrong['as_named']} as named"
    answers = f"{lazy['rejected']} of {lazy['of']} lazy answers rejected"
    took = f"{one['proving_seconds']:.0f} s"
    yield f"{stub}; {right['passed']} of {right['of']} right pass; {rejected}; {answers}; {took}"
    if nearest is not None and nearest["ratio"]:
        where = f"{nearest['measurement']}, {nearest['check']}, {nearest['solution']}"
        yield f"nearest to a limit: {nearest['ratio']:.3f} of it ({where})"
    if mutants is not None:
        share = "" if mutants["share"] is None else f", {mutants['share']:.1%}"
        rejected = f"{mutants['rejected']} of {mutants['of'] - mutants['equivalent']} mutants rejected{share}"
        yield f"{rejected}; {mutants['equivalent']} more are equivalent"
    elif one["mutants_left"]:
        yield f"mutants are not tried: {one['mutants_left']}"


def _problem(problem: Mapping[str, Any], style: str, kind: str = "") -> Iterator[str]:
    """As linters write it, so that an editor can jump there: file:line:column: what is wrong [code]."""
    line, column = (
        problem["line"] or 1,
        problem["column"] or 1,
    )  # what is wrong with all of a file stands at its top
    where = f"{_from_here(problem['file'])}:{line}:{column}"
    yield f"{styled(clean(where), style)}: {clean(problem['message'])} [{problem['code']}{kind}]"
    if problem["fix"]:
        yield f"    fix: {clean(problem['fix'])}"


def _from_here(file: str) -> str:
    """A path below the working folder without it; any other as it is."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
