"""``tutor doctor``: what this machine can do, and what to do about the rest."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutor.amounts import size
from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.options import ContentOption, JsonOption

UNFIT = 3
_SIGNS = {"ok": ("✓", "green"), "warning": ("○", "yellow"), "problem": ("✗", "red")}


def doctor_command(json: JsonOption = False, content: ContentOption = None) -> int:
    """What this machine can do, and what to do about the rest. Exit code 3 when nothing can be graded."""
    document = examined(content)
    if json:
        console.write_json(document)
    else:
        console.write("\n".join(_lines(document)))
    return 0 if document["ok"] else UNFIT


def examined(content: Path | None = None) -> dict[str, Any]:
    """The ``tutor.doctor/1`` document. Takes a few seconds."""
    from tutor.proving.doctor import examine

    return dict(examine(content).to_json())


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    for finding in document["findings"]:
        sign, style = _SIGNS.get(finding["state"], ("?", "red"))
        yield wrapped(
            clean(finding["detail"]), " " * 27, f"{styled(sign, style)} {clean(finding['id']):<24} "
        )
        if finding["remedy"]:
            yield wrapped(clean(finding["remedy"]), " " * 27, " " * 27)
    for device in document["devices"]:
        yield f"  {clean(device['id']):<25}{clean(device['name'])}{_memory(device)}"
    yield from _exercises(document.get("exercises", ()))
    yield (
        styled("All that grading needs is here.", "green")
        if document["ok"]
        else styled("Nothing can be graded.", "red")
    )


def _memory(device: Mapping[str, Any]) -> str:
    free, total = device.get("free_bytes"), device.get("total_bytes")
    if not total:
        return ""
    return f", {size(total)}" if free is None else f", {size(free)} of {size(total)} free"


def _exercises(uses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Which exercises would be graded on which device, and a line for each of which there is more to say."""
    for device in dict.fromkeys(use["device"] for use in uses):
        ids = ", ".join(clean(use["id"]) for use in uses if use["device"] == device)
        lines = textwrap.wrap(ids, console.width() - 27, break_on_hyphens=False)
        yield f"  {f'graded on {clean(device)}':<25}" + ("\n" + " " * 27).join(lines)
    for use in uses:
        needs = f"needs {' and '.join(use['missing'])}" if use["missing"] else ""
        if said := "; ".join(part for part in (needs, use["note"]) if part):
            yield wrapped(clean(said), " " * 27, f"  {clean(use['id']):<25}")
