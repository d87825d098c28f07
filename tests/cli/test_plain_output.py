"""``tutor --plain``: what a screen reader gets, without bars and boxes, with all the figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Tutor
from tutor.cli.linear import linear
from tutor.cli.reading import paragraphs_joined

ROOT = Path(__file__).resolve().parents[2]
WRONG = ROOT / "graders/per-row-scales/wrong/one-scale-for-all.py"
DRAWN = re.compile("[\u2500-\u259f]")


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["lesson", "bits"],
        ["lesson", "scales"],
        ["map"],
        ["progress"],
        ["glossary"],
        ["look", "per-row-scales", str(WRONG)],
        ["submit", "per-row-scales", str(WRONG)],
        ["demo", "bits"],
        [],
    ],
    ids=lambda words: "-".join(words[:2]) or "alone",
)
def test_nothing_is_drawn(tutor: Tutor, words: list[str]) -> None:
    ended = tutor("--plain", *words, course=None, env={"PYTHONIOENCODING": "utf-8"})
    assert ended.code in (0, 1), ended.err
    assert ended.is_clean()
    assert not DRAWN.findall(ended.out)
    assert len(ended.out.split()) > 15, "the words are there"


def test_the_figures_beside_bars_stay(tutor: Tutor) -> None:
    ended = tutor("--plain", "submit", "per-row-scales", WRONG, course=None)
    assert re.search(r"error +1\.\d\d×", ended.out)
    assert "at most 1.05" in ended.out
    looked = tutor("--plain", "look", "per-row-scales", WRONG, course=None)
    assert "weights are farther off than by the reference" in looked.out
    assert "reference" in looked.out
    placed = tutor("--plain", "map", course=None)
    assert "int4, groups of 128" in placed.out


def test_a_line_of_bars_alone_is_left_out_and_others_keep_their_words() -> None:
    text = "a model\nint8  ███████░░░  7 GB\n  ▁▂▄▆█▆▄▂▁\n| a | b |\n\nerror ━━━━┃────  0.9×"
    assert linear(text) == "a model\nint8  7 GB\n| a | b |\n\nerror  0.9×"


@given(st.text())
def test_text_without_signs_is_left_as_it_is(text: str) -> None:
    if not re.search("[\u2500-\u259f\u25aa-\u25af]|·{3}", text):
        assert linear(text) == text


def test_paragraphs_are_broken_where_the_terminal_ends_and_nothing_else_is_joined() -> None:
    kept = [
        "# A heading",
        "- one",
        "  more of it",
        "1. two",
        "| a | b |",
        "```",
        "x = 1",
        "y = 2",
        "```",
        "> said",
    ]
    text = "\n".join(["One idea", "over two lines.", "", "Another", "one.", *kept, "", "The end", "of it."])
    assert paragraphs_joined(text).splitlines() == [
        "One idea over two lines.",
        "",
        "Another one.",
        *kept,
        "",
        "The end of it.",
    ]
