"""The glossary: read when asked for, broken entries told with their place, terms found as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.conftest import Course
from tutor.course import check_content, load_content
from tutor.course.glossary import find_term, matching
from tutor.course.models import Term
from tutor.errors import ContentProblem, UsageProblem

FILE = "lessons/glossary.yaml"
GLOSSARY = """\
terms:
  - term: scale
    also: [step size]
    definition: What one step of a code is worth.
    taught: bits/why
  - term: Per-row
    also: [per-channel, LLM.int8()]
    definition: >-
      A scale for each row
      of a matrix.
    taught: bits/run
  - term: permutation
    definition: Another order of the columns.
    taught: bits/run
"""


@pytest.fixture
def terms(course: Course) -> tuple[Term, ...]:
    course.write(FILE, GLOSSARY)
    return load_content(course.root).glossary


def told(course: Course) -> ContentProblem:
    """The one problem of the glossary, which asking for it raises as well."""
    problems = check_content(course.root)
    assert len(problems) == 1, [str(problem) for problem in problems]
    with pytest.raises(ContentProblem) as raised:
        _ = load_content(course.root).glossary
    assert str(raised.value) == str(problems[0])
    assert problems[0].file == str(course.path(FILE))
    return problems[0]


def test_a_course_may_do_without_a_glossary(course: Course) -> None:
    assert load_content(course.root).glossary == ()
    assert check_content(course.root) == []


def test_terms_come_by_the_alphabet_with_the_step_that_teaches_them(
    course: Course, terms: tuple[Term, ...]
) -> None:
    assert [term.term for term in terms] == ["Per-row", "permutation", "scale"]
    assert (terms[0].lesson, terms[0].step) == ("bits", "run")
    assert terms[0].definition == "A scale for each row of a matrix."
    assert check_content(course.root) == []


def test_a_start_does_not_read_it(course: Course, tmp_path: Path) -> None:
    course.write(FILE, "terms: [")
    content = load_content(course.root, index=tmp_path)
    with pytest.raises(ContentProblem):
        _ = content.glossary


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column", "said", "advised"),
    [
        ("taught: bits/why", "taught: bit/why", "unknown-id", 5, 13, "no lesson 'bit'", "'bits'"),
        ("taught: bits/why", "taught: bits/wy", "unknown-id", 5, 13, "no step 'wy'", "'why'"),
        ("taught: bits/why", "taught: why", "bad-value", 5, 13, "names no step", "LESSON/STEP"),
        ("[step size]", "[per row]", "duplicate-id", 6, 11, "in line 3", "no difference"),
        ("[step size]", "[Scale]", "duplicate-id", 3, 12, "in line 2", "no difference"),
        ("    also: [step size]\n", "    asl: []\n", "unknown-key", 3, 5, "Unknown key", ""),
        ("What one", f"What{' very' * 30} one", "bad-value", 4, 17, "160 are allowed", "Shorten"),
        (">-", "|", "bad-value", 8, 17, "line break", "one paragraph"),
    ],
)
def test_a_broken_entry_is_told_with_its_place(
    course: Course, old: str, new: str, code: str, line: int, column: int, said: str, advised: str
) -> None:
    course.write(FILE, GLOSSARY)
    course.edit(FILE, old, new)
    problem = told(course)
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert said in problem.message
    assert advised in problem.next_step


def test_steps_are_not_missed_while_a_lesson_is_broken(course: Course) -> None:
    course.write(FILE, GLOSSARY)
    course.edit("lessons/01-bits/lesson.yaml", "kind: why", "kind: wy")
    assert {problem.file for problem in check_content(course.root)} == {
        str(course.path("lessons/01-bits/lesson.yaml"))
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("scale", "scale"),
        ("SCALE", "scale"),
        ("step size", "scale"),
        ("per row", "Per-row"),
        ("Per Channel", "Per-row"),
        ("llm.int8", "Per-row"),
        ("perm", "permutation"),
        ("sca", "scale"),
        ("s", "scale"),
    ],
)
def test_a_term_is_found_by_any_of_its_names_or_their_beginning(
    terms: tuple[Term, ...], typed: str, found: str
) -> None:
    assert find_term(terms, typed).term == found


@pytest.mark.parametrize(
    ("typed", "advised"),
    [
        ("per", "'Per-row' or 'permutation'?"),
        ("skale", "Did you mean 'scale'?"),
        ("xyzzy", "'tutor glossary' lists all terms."),
        ("", "'tutor glossary' lists all terms."),
    ],
)
def test_what_is_not_found_is_told_with_what_was_probably_meant(
    terms: tuple[Term, ...], typed: str, advised: str
) -> None:
    with pytest.raises(UsageProblem) as raised:
        find_term(terms, typed)
    assert advised in raised.value.next_step


def test_a_filter_puts_names_before_definitions(terms: tuple[Term, ...]) -> None:
    def names(typed: str) -> list[str]:
        return [term.term for term in matching(terms, typed)]

    assert names("") == ["Per-row", "permutation", "scale"]
    assert names("scale") == ["scale", "Per-row"]
    assert names("order") == ["permutation"]
    assert names("mutation") == ["permutation"], "inside of a name, too"
    assert names("nothing") == []
