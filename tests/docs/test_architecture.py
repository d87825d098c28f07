"""What the architecture page and the guide for contributors name is there, and every room is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "architecture.md").read_text()
NAMES = {
    path.name
    for top in ("tutor", "graders", "exercises", "lessons")
    for path in (REPOSITORY / top).rglob("*")
}


def test_every_module_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"(?<![\w*-])[a-z_]+\.(?:py|yaml)\b", PAGE))
    assert len(named) > 40
    assert sorted(named - NAMES) == []


def test_a_module_that_is_named_with_its_room_lies_in_it() -> None:
    named = set(re.findall(r"\b((?:[a-z_]+/)+[a-z_]+\.py)\b", PAGE))
    assert len(named) > 5
    missing = [
        name for name in named if not any((REPOSITORY / top / name).is_file() for top in ("", "tutor"))
    ]
    assert sorted(missing) == []


def test_the_page_names_every_room_and_gives_the_layers_in_their_order() -> None:
    contract = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ][0]
    rooms = [room for layer in contract["layers"] for room in re.findall(r"\w+", layer)]
    layers = PAGE.partition("Layers, highest first:")[2].partition("A room may import")[0]
    assert re.findall(r"`(\w+)`", layers) == rooms
    house = PAGE.partition("```text")[2].partition("```")[0]
    folders = {path.parent.name for path in (REPOSITORY / "tutor").glob("*/__init__.py")}
    assert sorted(folder for folder in folders if f"  {folder}/ " not in house) == []


def test_the_files_that_contributors_are_sent_to_are_there() -> None:
    guide = (REPOSITORY / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"\b((?:tutor|tests|docs|benchmarks)/[a-z_/]*[a-z_](?:\.\w+)?)(?![\w…/])", guide))
    assert len(named) > 30
    assert sorted(name for name in named if not (REPOSITORY / name).exists()) == []
