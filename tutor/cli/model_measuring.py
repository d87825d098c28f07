"""``tutor model measure``: a model's bytes, module by module, and its perplexity, in several schemes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.amounts import size
from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.errors import EnvironmentProblem

if TYPE_CHECKING:
    from tutor.compute.models.measuring import Measured, Reading

TEXT = "evaluation.txt"


def measure_model(name: str | None, schemes: str, reading: Reading, device: str, *, json: bool) -> int:
    """Measures a model of 'tutor model list', or a folder, and prints what came."""
    from tutor.compute.devices import resolve_device
    from tutor.compute.models import check_memory, describe, find_model_folder
    from tutor.paths import content_root

    folder = find_model_folder(name)
    wanted = [scheme.strip() for scheme in schemes.split(",") if scheme.strip()]
    check_memory(describe(folder), str(folder), "float32" if "fp32" in wanted else "bfloat16")
    text = content_root(None).lessons / TEXT
    if not text.is_file():
        raise EnvironmentProblem(
            "The text that models read is missing.", where=str(text), next_step="Install the tutor again."
        )
    chosen = resolve_device(device)
    came: list[Measured] = []

    async def run() -> None:
        from tutor.compute.models.measuring import Working, measure

        async for told in measure(folder, text, wanted, reading, device=chosen):
            if isinstance(told, Working):
                console.status(
                    f"{told.what} …" if not told.of else f"{told.what}: {told.done} of {told.of} tokens"
                )
            else:
                came.append(told)

    asyncio.run(run())
    console.status("")
    if json:
        console.write_json(_document(folder.name, chosen, reading, came))
    else:
        console.write("\n".join(_lines(folder.name, chosen, reading, came)))
    return 0


def _document(model: str, device: str, reading: Reading, came: list[Measured]) -> dict[str, object]:
    return {
        "schema": "tutor.model-measured/1",
        "model": model,
        "device": device,
        "tokens": reading.tokens,
        "context": reading.context,
        "stride": reading.stride,
        "schemes": [
            {
                "name": one.scheme,
                "footprint": one.footprint,
                "beside": one.beside,
                "parts": one.parts,
                "perplexity": one.perplexity,
                "predicted": one.predicted,
            }
            for one in came
        ],
    }


def _lines(model: str, device: str, reading: Reading, came: list[Measured]) -> Iterator[str]:
    read = came[0].predicted if came else reading.tokens
    yield styled(f"{clean(model)} on {device}", "bold")
    yield f"  {read:,} tokens predicted, in windows of {reading.context} that move on by {reading.stride}"
    yield ""
    yield styled(f"  {'scheme':<8}{'footprint':>16}{'scales beside':>16}{'perplexity':>13}", "dim")
    for one in came:
        yield f"  {one.scheme:<8}{one.footprint:>16,}{one.beside:>16,}{one.perplexity:>13.3f}"
    for one in came:
        parts = sorted(one.parts.items(), key=lambda part: -part[1])
        told = ", ".join(f"{clean(name)} {size(count)}" for name, count in parts)
        yield console.wrapped(told, "    ", styled(f"  {one.scheme}: ", "bold"))
    yield styled(
        "  Footprint: get_memory_footprint(). What bitsandbytes keeps beside its codes is not in it.", "dim"
    )
