"""``tutor model``: the real model that demos and exercises use, fetched on request."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tutor.cli import console
from tutor.cli.bars import size
from tutor.cli.options import JsonOption
from tutor.errors import UsageProblem


def model_command(
    action: Annotated[str, typer.Argument(metavar="fetch", help="Download, check and convert it, once.")],
    json: JsonOption = False,
) -> int:
    """The real language model of the demos: 'tutor model fetch' downloads it, checks it, converts it once."""
    if action != "fetch":
        raise UsageProblem(
            f"'tutor model' does not know '{action[:40]}'.",
            where="tutor model",
            next_step="'tutor model fetch' fetches the model.",
        )
    from tutor.compute.models import fetch

    fetched = fetch(on_progress=_Progress())
    console.status("")
    if json:
        console.write_json(fetched.to_json())
        return 0
    done = "is there already" if fetched.already else "is ready"
    console.write(f"{fetched.model.title} {done} ({size(fetched.bytes)}):")
    console.write(str(fetched.folder))
    return 0


class _Progress:
    """On a terminal one line that changes; elsewhere a line a stage, without the count of bytes."""

    def __init__(self) -> None:
        self.stage = ""

    def __call__(self, text: str) -> None:
        if sys.stderr.isatty():
            console.status(text)
            return
        stage = text.partition(",")[0]
        if stage != self.stage:
            self.stage = stage
            console.write_error(f"{text} …")
