"""``tutor doctor``: what this machine can do, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tutor.cli import console
from tutor.cli.bars import size
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
        total = f", {size(device['total_bytes'])}" if device.get("total_bytes") else ""
        yield f"  {clean(device['id']):<25}{clean(device['name'])}{total}"
    yield (
        styled("All that grading needs is here.", "green")
        if document["ok"]
        else styled("Nothing can be graded.", "red")
    )
