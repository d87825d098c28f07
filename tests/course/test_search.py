"""Search looks through lessons, exercises and terms, titles first, and shows the words in their place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.course.conftest import Course
from tests.course.test_glossary import FILE, GLOSSARY
from tutor.course import Content, load_content
from tutor.course.search import SNIPPET, comparable, marked, plain, search, why_nothing
from tutor.paths import ContentRoot

REAL = load_content(ContentRoot(Path(__file__).parents[2]))

LONG = """\
    markdown: |
      The **rounding** of a `code` [llama-bytes] goes to the nearest.

      | way | what is *kept* |
      |-----|----------------|
      | row | ████ LLM.int8() |

      ```
      s = max|W| / 127
      ```

      - A perplexity of 5.47 came back.
"""


@pytest.fixture
def content(course: Course) -> Content:
    course.write(FILE, GLOSSARY)
    course.edit("lessons/01-bits/lesson.yaml", "    markdown: Because.\n", LONG)
    return load_content(course.root)


def found(content: Content, words: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.id) for hit in search(content, words)]


def test_all_words_must_occur_and_capitals_make_no_difference(content: Content) -> None:
    assert found(content, "NEAREST round") == [("step", "why")]
    assert found(content, "nearest absent") == []


def test_a_word_is_found_by_its_beginning_only(content: Content) -> None:
    assert found(content, "perplex") == [("step", "why")]
    assert found(content, "plexity") == []


@pytest.mark.parametrize("words", ["LLM.int8()", "llm.int8", "5.47", "max|W|", "int8 kept"])
def test_names_with_signs_in_them_are_found(content: Content, words: str) -> None:
    assert ("step", "why") in found(content, words)


@pytest.mark.parametrize("words", ["", "  ", "‖ · ‖"])
def test_no_word_finds_nothing(content: Content, words: str) -> None:
    assert found(content, words) == []


def test_where_nothing_is_found_the_word_that_stands_nowhere_is_told_with_the_nearest() -> None:
    assert why_nothing(REAL, "perplexty of GPTQ") == "“perplexty” stands nowhere. Did you mean “perplexity”?"
    assert why_nothing(REAL, "xyzzy") == "“xyzzy” stands nowhere."
    assert why_nothing(REAL, "pigeonhole smoothquant").startswith("“pigeonhole” stands nowhere.")
    assert why_nothing(REAL, "embedding straight-through roofline") == "These words stand nowhere together."


def test_what_is_called_so_comes_first_then_titles_then_texts(content: Content) -> None:
    assert found(content, "scale") == [("term", "scale"), ("term", "Per-row")]
    assert found(content, "bits")[0] == ("lesson", "bits")
    assert found(content, "absmax") == [("exercise", "absmax")], "by its id"
    assert found(content, "write") == [("exercise", "absmax")], "by its brief"
    assert [hit.in_title for hit in search(content, "scale")] == [True, False]


def test_a_step_says_where_it_is_and_shows_the_words_without_marks(content: Content) -> None:
    (hit,) = search(content, "perplexity")
    assert (hit.lesson, hit.id, hit.title) == ("bits", "why", "Why")
    assert hit.snippet.endswith("s = max|W| / 127 A perplexity of 5.47 came back.")
    assert hit.snippet.startswith("…")


def test_markdown_becomes_plain_words() -> None:
    told = plain("# Head\n\n> A **b** *c* `d_e` [x-y] 2 * 3\n\n| a | b |\n|--:|---|\n| ███ 1 | |\n- one\n")
    assert told == "Head A b c d_e 2 * 3 a b 1 one"


def test_signs_that_draw_are_left_out_and_formulas_stay() -> None:
    assert plain("```\nint4 | | | |\n +---|----+ \nŴ 0.6 | 0.4\n```\n") == "int4 Ŵ 0.6 | 0.4"
    formula = "s = max|W| / 127, x ≥ −1, (1 − α) · 2"
    assert plain(formula) == formula


def test_the_words_are_marked_where_they_stand() -> None:
    pieces = list(marked("Int8, and int4 points", "int8 INT"))
    assert [piece for piece, is_word in pieces if is_word] == ["Int8", "int"]
    assert "".join(piece for piece, _ in pieces) == "Int8, and int4 points"
    assert list(marked("untouched", "")) == [("untouched", False)]


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_and_any_words_are_borne(text: str, words: str) -> None:
    assert len(comparable(text)) == len(text)
    assert "".join(piece for piece, _ in marked(text, words)) == text


def test_snippets_of_the_course_are_short_and_hold_a_word() -> None:
    for words in ("scale", "damping", "KV cache", "4.125", "act-order"):
        hits = search(REAL, words)
        assert hits
        for hit in hits:
            assert len(hit.snippet) <= SNIPPET
            assert hit.in_title or any(is_word for _, is_word in marked(hit.snippet, words)), hit


def test_a_search_in_the_course_takes_less_than_50_ms() -> None:
    search(REAL, "prepare")
    began = time.perf_counter()
    for words in ("scale", "i", "outlier feature", "perplexity of a model", "absent"):
        search(REAL, words)
    assert (time.perf_counter() - began) / 5 < 0.05
