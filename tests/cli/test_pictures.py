"""``--png``: the same pictures as PNG, and what is told where they can't be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Tutor
from tests.pixels import colours
from tutor.cli import pictures
from tutor.cli.lab_svg import lab_svg
from tutor.cli.svg import KNOWN, OWN
from tutor.errors import EnvironmentProblem
from tutor.proving.lab import Comparison, Scheme

WHITE = b"\xff\xff\xff"


def shades(png: bytes) -> set[bytes]:
    """The colours of a picture, which must be mostly white."""
    counted = colours(png)
    assert sum(count for colour, count in counted.items() if colour[:3] == WHITE) > 0.7 * counted.total()
    return {colour[:3] for colour in counted}


@pytest.mark.parametrize("command", ["map", "progress"])
def test_a_picture_is_written_as_svg_and_as_png(tutor: Tutor, tmp_path: Path, command: str) -> None:
    svg, png = tmp_path / "picture.svg", tmp_path / "picture.png"
    ended = tutor(command, "--svg", svg, "--png", png)
    assert ended.code == 0, ended.err
    assert f"Drawn in {svg}\nDrawn in {png}\n" in ended.out
    assert svg.read_text().startswith("<svg")
    assert len(shades(png.read_bytes())) > 20, "letters have many shades"


def test_the_lab_s_picture_has_its_points_in_their_colours() -> None:
    schemes = (
        Scheme("yours", 90_000_000, 4.1, 30.0, 1.0),
        Scheme("16 bits", 270_000_000, 16.0, 25.0, 1.0),
    )
    png = pictures.as_png(lab_svg(Comparison("smol", "cpu", schemes, ())))
    assert {bytes.fromhex(OWN[1:]), bytes.fromhex(KNOWN[1:])} <= shades(png)


def test_a_missing_package_is_told_before_anything_is_measured(tutor: Tutor, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['resvg_py'] = None\n")
    for words in (("map",), ("progress",), ("lab", "nowhere.py")):
        ended = tutor(*words, "--png", tmp_path / "x.png", env={"PYTHONPATH": str(tmp_path)})
        assert ended.code == 3
        assert "-m pip install resvg_py" in ended.err
        assert ended.is_clean()


def test_a_machine_without_fonts_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import resvg_py

    draw = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **words: draw(**words, skip_system_fonts=True))
    with pytest.raises(EnvironmentProblem, match="no font"):
        pictures.check_png(tmp_path / "x.png")


def test_a_picture_that_cannot_be_written_is_told(tutor: Tutor) -> None:
    ended = tutor("progress", "--png", "/dev/null/x.png")
    assert ended.code == 3
    assert ended.is_clean()
