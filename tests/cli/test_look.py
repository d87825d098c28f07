"""``tutor look``: pictures in characters, a document, and why there are none."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Tutor

ROOT = Path(__file__).resolve().parents[2]


def test_it_shows_histograms_the_heat_and_the_small_case(tutor: Tutor) -> None:
    ended = tutor("look", "per-row-scales", ROOT / "graders/per-row-scales/reference.py", course=None)
    assert ended.code == 0, ended.err
    assert ended.is_clean()
    assert "row 5 of the heat map" in ended.out
    assert "█" in ended.out
    assert "−5.1000" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 100


def test_the_document_holds_the_figures(tutor: Tutor) -> None:
    wrong = ROOT / "graders/per-row-scales/wrong/one-scale-for-all.py"
    document = tutor("look", "per-row-scales", wrong, "--json", course=None).json
    assert document["schema"] == "tutor.look/1"
    assert len(document["heat"]) == 16
    assert {"row", "column", "value", "came", "reference"} <= set(document["small"][0])


def test_code_that_raises_is_told_and_exits_1(tutor: Tutor) -> None:
    ended = tutor("look", "per-row-scales", ROOT / "exercises/per-row-scales/stub.py", course=None)
    assert ended.code == 1
    assert ended.out.count("is not written yet") == 1
    assert ended.is_clean()


def test_what_is_no_quantizer_is_wrong_usage(tutor: Tutor) -> None:
    assert tutor("look", "perplexity", ROOT / "graders/perplexity/reference.py", course=None).code == 2
