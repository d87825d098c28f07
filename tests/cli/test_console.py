"""What is printed is plain, finite, and harmless to a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.cli import console


class _Ascii(io.StringIO):
    encoding = "ascii"


@given(st.text())
def test_cleaned_text_moves_no_cursor_and_can_be_encoded(text: str) -> None:
    cleaned = console.clean(f"a\x1b[31m{text}\ud800")
    cleaned.encode("utf-8")
    assert not [c for c in cleaned if c not in "\n\t" and (ord(c) < 32 or 127 <= ord(c) < 160)]


def test_cleaning_keeps_words_lines_and_tabs() -> None:
    assert console.clean("one\n\ttwo ✓") == "one\n\ttwo ✓"


def test_cleaning_removes_what_sets_the_clipboard() -> None:
    assert console.clean("safe\x1b]52;c;aGk=\x07text") == "safetext"


def test_signs_become_ascii_where_the_encoding_has_none() -> None:
    stream = _Ascii()
    console.write("✓ ≤ 1.05× │██·", stream=stream)
    assert stream.getvalue() == "+ <= 1.05x |##.\n"


def test_json_refuses_numbers_that_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        console.write_json({"value": float("nan")})


def test_long_lines_are_broken_and_code_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    words, code = "word " * 30, "x = " + "1 + " * 30 + "1"
    text = console.wrapped(f"{words}\n```\n{code}\n```", "  ")
    lines = text.splitlines()
    assert f"      {code}" in lines, "set in, as code without fences is"
    assert "```" not in text
    assert all(len(line) <= 50 for line in lines if code not in line)


def test_the_lines_of_a_list_go_on_under_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert console.wrapped(
        "- one two three four five six seven eight\n10. " + "ten " * 10, "  "
    ).splitlines() == [
        "  - one two three four five six seven",
        "    eight",
        "  10. ten ten ten ten ten ten ten ten",
        "      ten ten",
    ]


def test_markdowns_stars_are_no_letters_of_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = "Order: **fewest of those that stand here**. *Points: 0 of 3.* `a ** b ** c`, 2 * 3 * 4, 2**8 and 2**4."
    assert " ".join(console.wrapped(text).split()) == (
        "Order: fewest of those that stand here. Points: 0 of 3. `a ** b ** c`, 2 * 3 * 4, 2**8 and 2**4."
    )
    assert console.wrapped("    a = **b**") == "    a = **b**"


def test_colour_is_for_terminals_only() -> None:
    assert console.styled("text", "red", io.StringIO()) == "text"
