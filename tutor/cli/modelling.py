"""``tutor model``: the real models that demos, exercises and the lab use: fetched, listed, removed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.amounts import duration, size
from tutor.cli import console
from tutor.cli.options import DeviceOption, JsonOption
from tutor.cli.tables import aligned
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.compute.models import KeptModel, Progress

_ACTIONS = ("fetch", "list", "remove", "measure")
_BAR_CELLS = 10


def model_command(
    action: Annotated[str, typer.Argument(metavar="fetch|list|remove|measure", help="What to do.")],
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="fetch: a folder with a model of transformers, a GGUF file, or an id of the hub (gpt2, org/name); "
            "without it the tutor's own small model. remove, measure: an id, as 'tutor model list' shows it.",
            show_default=False,
        ),
    ] = None,
    id: Annotated[
        str | None,
        typer.Option("--as", metavar="ID", help="fetch: the id to keep it under.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="remove: do not ask.")] = False,
    schemes: Annotated[
        str, typer.Option("--schemes", metavar="LIST", help="measure: of fp32, bf16, fp16, int8, nf4.")
    ] = "fp32,bf16,int8,nf4",
    tokens: Annotated[
        int, typer.Option("--tokens", metavar="N", help="measure: how many are predicted.")
    ] = 1024,
    context: Annotated[
        int, typer.Option("--context", metavar="N", help="measure: tokens in a window.")
    ] = 512,
    stride: Annotated[int, typer.Option("--stride", metavar="N", help="measure: how far it moves on.")] = 256,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> int:
    """The real language models of demos, exercises and the lab.

    'fetch' downloads or copies one, checks it and says what it takes; 'list' shows those that are here;
    'remove' deletes one; 'measure' tells its bytes and its perplexity in several schemes.
    """
    if action == "measure" and id is None and not yes:
        from tutor.cli.model_measuring import measure_model
        from tutor.compute.models.measuring import Reading

        return measure_model(what, schemes, Reading(tokens, context, stride), device, json=json)
    if action == "fetch" and not yes:
        return _fetch(what, id, json)
    if action == "list" and what is None and id is None and not yes:
        return _list(json)
    if action == "remove" and what is not None and id is None:
        return _remove(what, yes, json)
    raise _misused(action, what)


def _fetch(what: str | None, id: str | None, json: bool) -> int:
    from tutor.compute.models import fetch, fetch_named

    tell = _Teller()
    fetched = (
        fetch(on_progress=tell) if what is None and id is None else fetch_named(what, id, on_progress=tell)
    )
    console.status("")
    if json:
        console.write_json(fetched.to_json())
        return 0
    done = "is there already" if fetched.already else "is ready"
    facts = f"{fetched.facts.parameters:,} parameters in {fetched.facts.dtype}, " if fetched.facts else ""
    console.write(f"{fetched.manifest.title} {done} ({facts}{size(fetched.bytes)}):")
    console.write(str(fetched.folder))
    return 0


def _list(json: bool) -> int:
    from tutor.compute.models import list_models, models_folder

    kept = list_models()
    if json:
        console.write_json({"schema": "tutor.models/1", "models": [model.to_json() for model in kept]})
        return 0
    if not kept:
        console.write("No model is here yet. 'tutor model fetch' brings a small one.")
        return 0
    rows = [("id", "parameters", "on disk", "dtype", "licence", "state"), *map(_row, kept)]
    for line in aligned(rows, at_right=[column in (1, 2) for column in range(len(rows[0]))]):
        console.write(line)
    for model in kept:
        if model.damage:
            console.write(console.clean(f"{model.manifest.id} is damaged: {model.damage}."))
    console.write(f"They lie in {models_folder()}")
    return 0


def _row(model: KeptModel) -> tuple[str, ...]:
    facts, manifest = model.facts, model.manifest
    told = (facts.count, facts.dtype) if facts else ("?", "?")
    cells = (manifest.id, told[0], size(model.bytes), told[1], manifest.license or "?", model.state)
    return tuple(console.clean(cell) for cell in cells)


def _remove(id: str, yes: bool, json: bool) -> int:
    from tutor.compute.models import kept_model, remove_model

    model = kept_model(id)
    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Remove {id} ({size(model.bytes)}) from {model.folder.parent}?", abort=True, err=True)
    remove_model(id)
    if json:
        console.write_json({"schema": "tutor.model/1", **model.to_json(), "removed": True})
    else:
        console.write(f"{id} is removed ({size(model.bytes)}).")
    return 0


def _misused(action: str, what: str | None) -> UsageProblem:
    if action == "remove" and what is None:
        return UsageProblem(
            "Which model?", where="tutor model remove", next_step="Give an id: 'tutor model list' lists them."
        )
    if action in _ACTIONS:
        return UsageProblem(
            f"'tutor model {action}' does not take all of this.",
            where="tutor model",
            next_step="'fetch [WHAT] [--as ID]', 'list', 'remove ID [--yes]', 'measure [ID] [--schemes LIST]'.",
        )
    return UsageProblem(
        f"'tutor model' does not know '{action[:40]}'.",
        where="tutor model",
        next_step="'tutor model fetch' fetches the model, 'list' lists and 'remove ID' removes.",
    )


class _Teller:
    """On a terminal one line that changes, with bytes and rate where they are counted; elsewhere a line a stage."""

    def __init__(self) -> None:
        self.stage = ""

    def __call__(self, progress: Progress) -> None:
        if sys.stderr.isatty():
            console.status(_line(progress, console.width() - 1))
        elif progress.stage != self.stage:
            self.stage = progress.stage
            of = f", {size(progress.total)}" if progress.total else ""
            console.write_error(console.clean(f"{progress.stage}{of} …"))


def _line(progress: Progress, columns: int) -> str:
    """``Downloading gpt2  ████······  248 of 548 MB, 12.3 MB/s, 24 s left``: of a long stage the end is cut."""
    counted = "".join(f"  {part}" for part in _counted(progress))
    room = max(columns - len(counted), 20)
    stage = progress.stage if len(progress.stage) <= room else f"{progress.stage[: room - 1]}…"
    line = stage + counted
    return line if console.speaks_unicode(sys.stderr) else line.translate({9608: "#", 183: ".", 8230: "."})


def _counted(progress: Progress) -> Sequence[str]:
    """The bar, and what is said of bytes, rate and time; nothing where bytes are not counted."""
    if not progress.total:
        return ()
    filled = _BAR_CELLS * progress.done // progress.total
    bar = "█" * filled + "·" * (_BAR_CELLS - filled)
    done, total = size(progress.done), size(progress.total)
    figure, unit = done.split()
    told = f"{figure if total.endswith(unit) else done} of {total}"
    if progress.rate is not None:
        told += f", {size(progress.rate)}/s"
    left = progress.seconds_left
    if left is not None:
        told += f", {duration(left)} left"
    return bar, told
