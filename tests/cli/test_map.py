"""``tutor map``: as text, as JSON, as a picture, with nothing to show and with something."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.cli.conftest import Tutor

ROOT = Path(__file__).resolve().parents[2]
TEXT = "{http://www.w3.org/2000/svg}text"


def _texts(picture: Path) -> list[str | None]:
    return [element.text for element in ElementTree.parse(picture).iter(TEXT)]


def test_it_says_that_nothing_is_yours_yet(tutor: Tutor) -> None:
    ended = tutor("map", course=None)
    assert ended.code == 0, ended.err
    assert ended.is_clean()
    assert "int4, groups of 128" in ended.out
    assert "None of these is yours yet" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 100


def test_a_course_without_quantizers_has_an_empty_map(tutor: Tutor) -> None:
    ended = tutor("map")
    assert ended.code == 0
    assert "no quantizers" in ended.out


def test_a_passed_quantizer_is_on_it(tutor: Tutor, tmp_path: Path) -> None:
    reference = ROOT / "graders" / "per-row-scales" / "reference.py"
    assert tutor("submit", "per-row-scales", reference, course=None).code == 0
    picture = tmp_path / "map.svg"
    document = tutor("map", "--json", "--svg", picture, course=None).json
    assert document["schema"] == "tutor.map/1"
    [point] = document["points"]
    assert point["exercise"] == "per-row-scales"
    assert 7.5 < point["bits_per_weight"] < 8.3
    assert 3e-5 < point["squared_error"] < 7e-5
    assert point["label"] in _texts(picture)


def test_the_note_to_a_point_stands_below_text_and_picture(tutor: Tutor, tmp_path: Path) -> None:
    assert tutor("submit", "gptq", ROOT / "graders" / "gptq" / "reference.py", course=None).code == 0
    picture, note = (
        tmp_path / "map.svg",
        "GPTQ accepts more error in weights, drawn here, for less in outputs.",
    )
    ended = tutor("map", "--svg", picture, course=None, env={"COLUMNS": "80"})
    assert f"  1  {note}" in ended.out.splitlines()
    assert "AWQ gains" not in ended.out
    assert note in _texts(picture)
    assert tutor("map", "--json", course=None).json["points"][0]["note"] == note
    root = ElementTree.parse(picture).getroot()
    assert all(float(text.get("y", "0")) < float(root.get("height", "0")) for text in root.iter(TEXT))


def test_a_picture_that_cannot_be_written_is_told(tutor: Tutor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = tutor("map", "--svg", tmp_path / "file" / "map.svg", course=None)
    assert ended.code == 3
    assert ended.is_clean()
