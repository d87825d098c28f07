"""``tutor lab``: a quantizer of yours over a whole model, beside int8, NF4, GPTQ and AWQ."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.amounts import number, size
from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, DeviceOption, JsonOption, PngOption, SvgOption
from tutor.cli.pictures import check_png, write_pictures
from tutor.cli.submitting import announce

if TYPE_CHECKING:
    from tutor.proving.lab import Comparison

LAYERS_SHOWN = 8
BAR = 24


def lab_command(
    solution: Annotated[Path, typer.Argument(metavar="SOLUTION", help="A file like that of the capstone.")],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="ID",
            help="A model of 'tutor model list', or a folder; else the one that was fetched.",
            show_default=False,
        ),
    ] = None,
    device: DeviceOption = "auto",
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write the comparison as CSV too.", show_default=False),
    ] = None,
    svg: SvgOption = None,
    png: PngOption = None,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Quantize a whole model with your file: perplexity, bytes and time, beside int8, NF4, GPTQ and AWQ."""
    check_png(png)
    comparison = asyncio.run(_compared(content, solution, model, device, quiet=json))
    console.status("")
    written = list(_write(comparison, csv, svg, png))
    if json:
        console.write_json(comparison.to_json())
        return 0
    console.write("\n".join([*_lines(comparison), *written]))
    return 0


async def _compared(
    content: Path | None, solution: Path, model: str | None, device: str, *, quiet: bool
) -> Comparison:
    from tutor.compute.models import check_memory, describe, find_model_folder
    from tutor.grading import Grader, read_submission
    from tutor.proving.lab import compare, exercise_of

    course = open_content(content)
    submission = read_submission(solution)
    exercise = exercise_of(course)
    folder = find_model_folder(model)
    facts = describe(folder)
    check_memory(facts, str(folder), "float32")
    async with Grader(course.root, find_model=lambda _: folder) as grader:
        return await compare(
            grader,
            exercise,
            submission,
            facts,
            folder.name,
            device=device,
            on_event=None if quiet else announce,
        )


def _write(comparison: Comparison, csv: Path | None, svg: Path | None, png: Path | None) -> Iterator[str]:
    from tutor.cli.lab_svg import lab_svg
    from tutor.progress.keeping import write_output

    if csv is not None:
        write_output(csv, comparison_csv(comparison).encode())
        yield f"Written to {csv.absolute()}"
    yield from write_pictures(lambda: lab_svg(comparison), svg, png)


def comparison_csv(comparison: Comparison) -> str:
    """A row for each scheme, then one for each layer of the solution; ``kind`` tells them apart."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("kind", "name", "bits", "bytes", "bits_per_weight", "perplexity", "error_percent", "seconds")
    )
    for one in comparison.schemes:
        level = "" if one.perplexity is None else one.perplexity
        writer.writerow(("scheme", one.name, "", one.bytes, one.bits_per_weight, level, "", one.seconds))
    for layer in comparison.layers:
        error = "" if layer.error_percent is None else layer.error_percent
        writer.writerow(("layer", layer.name, layer.bits, layer.bytes, layer.bits_per_weight, "", error, ""))
    return out.getvalue()


def _lines(comparison: Comparison) -> Iterator[str]:
    yield styled(f"Perplexity against bytes: {clean(comparison.model)} on {comparison.device}", "bold")
    yield styled(f"  {'scheme':<18}{'bytes':>9}  {'bits':>5}  {'perplexity':>10}  {'seconds':>7}", "dim")
    most = max(one.bytes for one in comparison.schemes)
    for one in sorted(comparison.schemes, key=lambda one: one.bytes):
        level = "–" if one.perplexity is None else f"{one.perplexity:,.2f}"
        bar = "█" * max(1, round(BAR * one.bytes / most))
        row = f"  {clean(one.name):<18}{size(one.bytes):>9}  {one.bits_per_weight:>5.2f}  {level:>10}"
        row += f"  {one.seconds:>7.0f}  {bar}"
        yield styled(row, "bold") if one.own else row
    yield styled("  Bytes of all linear layers and the head; the bar shows them.", "dim")
    yield ""
    yield styled("Your layers that lost most", "bold")
    for layer in comparison.layers[:LAYERS_SHOWN]:
        error = "–" if layer.error_percent is None else f"{number(layer.error_percent)} %"
        yield f"  {clean(layer.name):<40}{layer.bits_per_weight:>6.2f} bits{error:>10}"
    yield styled("  --json and --csv have all of them.", "dim")
