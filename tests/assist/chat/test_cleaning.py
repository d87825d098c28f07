"""Text that streams is as clean as text that came at once, wherever it is cut."""

from __future__ import annotations

from itertools import pairwise
from unicodedata import category

from hypothesis import given
from hypothesis import strategies as st

from tutor.assist.chat.cleaning import StreamCleaner
from tutor.sandbox.clean import clean_text

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\x1b[31m",
                "\x1b[0m",
                "\x1b]52;c;aGk=\x07",
                "\x1b]0;title\x1b\\",
                "\x1bP1$r\x1b\\",
                "\x9b2J",
                "\x1b",
                "\r\n",
                "\r",
                "\x07",
                "\u202e",
                "text",
                "**x**",
            ]
        ),
        st.text(max_size=5),
    ),
    max_size=12,
)


def fed(pieces: list[str]) -> str:
    cleaner = StreamCleaner()
    return "".join([*map(cleaner.feed, pieces), cleaner.rest()])


@given(pieces=PIECES, cuts=st.lists(st.integers(0, 80), max_size=6))
def test_where_it_is_cut_makes_no_difference(pieces: list[str], cuts: list[int]) -> None:
    text = "".join(pieces)
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    torn = [text[a:b] for a, b in pairwise(places)]
    assert fed(torn) == fed([text])
    assert fed(list(text)) == fed([text])


@given(pieces=PIECES)
def test_nothing_is_left_that_a_terminal_would_obey(pieces: list[str]) -> None:
    told = fed(pieces)
    assert told == clean_text(told, limit=len(told) + 1)
    assert all(category(character) != "Cc" or character in "\n\t" for character in told)


def test_an_endless_sequence_is_not_held_for_ever() -> None:
    cleaner = StreamCleaner()
    told = cleaner.feed("\x1b]52;c;") + "".join(cleaner.feed("A" * 1000) for _ in range(10))
    assert "\x1b" not in told
    assert len(told) > 1000
