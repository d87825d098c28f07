"""``tutor validate``: each exercise proves its own grader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.options import ContentOption, DeviceOption, JsonOption, SeedOption

FAILED = 2


def validate_command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONTENT_DIR]", help="The course; else the installed one.", show_default=False
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="ID", help="One exercise.", show_default=False)
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="20 seeds, and mutants of the reference.")] = False,
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Prove a course: files, stubs, right and wrong solutions, lazy answers. Exit code 2 if any fails."""
    from tutor.paths import content_root
    from tutor.proving import validate

    root = content_root(folder or content)
    report = validate(
        root, only=only, full=full, seed=seed, device=device, on_progress=None if json else console.status
    )
    document = report.to_json()
    if json:
        console.write_json(document)
    else:
        console.write(validation_text(document))
    return 0 if report.ok else FAILED


def validation_text(document: Mapping[str, Any]) -> str:
    """The ``tutor.validation/1`` document as text: one line an exercise, then what is wrong."""
    lines = []
    for one in document["exercises"]:
        right, wrong, mutants = one["right"], one["wrong"], one["mutants"]
        proved = (
            one["stub_fails"]
            and right["passed"] == right["of"]
            and wrong["rejected"] == wrong["as_named"] == wrong["of"]
            and (mutants is None or mutants["rejected"] + mutants["equivalent"] == mutants["of"])
        )
        facts = [
            "stub fails" if one["stub_fails"] else "the stub does not fail",
            f"{right['passed']} of {right['of']} right pass",
            f"{wrong['rejected']} of {wrong['of']} wrong rejected, {wrong['as_named']} as named",
        ]
        if lazy := one.get("lazy"):
            facts.append(f"{lazy['rejected']} of {lazy['of']} lazy answers rejected")
        if mutants is not None:
            rejected = f"{mutants['rejected']} of {mutants['of']} mutants rejected"
            facts.append(f"{rejected}, {mutants['equivalent']} equivalent")
        sign = styled("✓", "green") if proved else styled("✗", "red")
        lines.append(f"{sign} {clean(one['id']):<24} {'; '.join(facts)}")
    lines += [_problem(problem, styled("✗", "red")) for problem in document["problems"]]
    lines += [_problem(warning, styled("○", "yellow")) for warning in document.get("warnings", ())]
    lines.append(styled("All proved.", "green") if document["ok"] else styled("Not proved.", "red"))
    return "\n".join(lines)


def _problem(problem: Mapping[str, Any], sign: str) -> str:
    place = ":".join(str(problem[key]) for key in ("file", "line", "column") if problem.get(key) is not None)
    return f"{sign} {clean(place)}: {clean(problem['message'])} [{problem['code']}]"
