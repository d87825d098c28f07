"""Hostile text is made safe to show, to store and to put into XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sandbox.clean import clean_output, clean_text


@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]52;c;aGVsbG8=\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x1bPdcs\x1b\\b", "ab"),
        ("\x9b31mx", "x"),
        ("bell\x07", "bell\ufffd"),
        ("one\rtwo\r\nthree", "one\ntwo\nthree"),
        ("\u202eevil", "\ufffdevil"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_escapes_and_controls_go_and_the_text_stays(hostile, clean):
    assert clean_text(hostile) == clean


@given(st.text(st.characters()))
def test_clean_text_has_no_controls_and_can_be_encoded_and_put_into_xml(text):
    cleaned = clean_text(text)

    assert not any(ord(character) < 32 and character not in "\n\t" for character in cleaned)
    cleaned.encode("utf-8")
    element = ElementTree.Element("a", {"text": cleaned})
    ElementTree.fromstring(ElementTree.tostring(element))


def test_long_text_is_cut_with_a_note():
    assert clean_text("x" * 5000, 10) == "x" * 10 + " … (4,990 more characters)"


def test_a_single_line_stays_one():
    assert clean_text("a\nb\t c", single_line=True) == "a b c"


def test_output_that_was_cut_says_how_much_there_was():
    assert "5,000,000 bytes were printed" in clean_output(b"x" * 10, 5_000_000)
