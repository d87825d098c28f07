"""Text on its way to the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.app.text import LONGEST_LINE, inline, shown_path, untrusted, with_superscripts

DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    assert not DANGEROUS.search(untrusted(text).plain)


@given(
    st.lists(
        st.sampled_from(
            [
                "\x1b",
                "]",
                "[",
                "52;c;",
                "0m",
                "31m",
                "?25l",
                "\x07",
                "\x9b",
                "\x90",
                "a",
                ";",
                "P",
                "\\",
                "\n",
                "\r",
            ]
        )
    )
)
def test_no_escape_survives_however_it_is_cut(parts: list[str]) -> None:
    assert not DANGEROUS.search(untrusted("".join(parts)).plain)


def test_colours_stay_and_everything_else_that_a_terminal_obeys_goes() -> None:
    text = untrusted(
        "\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07\x1b[2J\x1b[?1049h\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\"
    )
    assert text.plain == "red link"
    assert [str(span.style) for span in text.spans] == ["color(1)"]
    assert all(not span.style.link for span in text.spans if not isinstance(span.style, str))


def test_markup_is_only_text() -> None:
    assert untrusted("[bold]x[/bold] [@click=app.exit]y[/]").plain == "[bold]x[/bold] [@click=app.exit]y[/]"


def test_a_carriage_return_starts_the_line_anew() -> None:
    assert untrusted("10 %\r50 %\r100 %\r\nend").plain == "100 %\nend"


def test_endless_lines_are_cut() -> None:
    assert len(untrusted("x" * 1_000_000).plain) == LONGEST_LINE + 1


def test_inline_marks_become_styles() -> None:
    content = inline("`W.max()` is **not** *always* right, 2 * 3 * 4 neither")
    assert content.plain == "W.max() is not always right, 2 * 3 * 4 neither"
    assert [str(span.style) for span in content.spans] == ["$primary", "bold", "italic"]


def test_citations_become_raised_numbers() -> None:
    text = "141 GB [llama-bytes], again [llama-bytes], and [other](x)."
    assert with_superscripts(text, ["llama-bytes"]) == "141 GB¹, again¹, and [other](x)."


def test_a_citation_hangs_on_its_word_and_two_stay_two() -> None:
    assert with_superscripts("as long\n[a]. It", ["a", "b"]) == "as long¹. It"
    assert with_superscripts("in vLLM [a] [b]:", ["a", "b"]) == "in vLLM¹\N{NO-BREAK SPACE}²:"


def test_a_path_under_home_is_written_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert shown_path(Path("/home/someone/work/a.py")) == "~/work/a.py"
    assert shown_path(Path("/elsewhere/a.py")) == "/elsewhere/a.py"
