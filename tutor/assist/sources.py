"""Where the figures that a lesson cites as ``[id]`` come from: ``lessons/sources.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.course import Content

_CITED = re.compile(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\](?!\()")


def cited_sources(content: Content, text: str) -> Iterator[str]:
    """One line for each source that ``text`` cites, in the order of the citations."""
    known = {entry["id"]: entry for entry in _entries(content)}
    for id in dict.fromkeys(_CITED.findall(text)):
        if entry := known.get(id):
            yield f"- [{id}]: {_sentence(entry)}"


def _entries(content: Content) -> list[dict[str, Any]]:
    file = content.root.lessons / "sources.yaml"
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else []


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> list[dict[str, Any]]:
    """The file's entries, read once for each time that it changed: each step of a lesson asks for them."""
    import yaml

    entries: list[dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return entries


def _sentence(entry: dict[str, Any]) -> str:
    place = f", {entry['where']}" if entry.get("where") else ""
    note = f" {entry['note']}" if entry.get("note") else ""
    return " ".join(f"{entry['what']} {entry['source']}{place}.{note}".split())
