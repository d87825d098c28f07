"""``tutor glossary`` and ``tutor search`` as real processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Tutor, write_course

GLOSSARY = """\
    terms:
      - term: Doubling
        also: [twice]
        definition: A number and itself, added. `2 · x` is the same.
        taught: first/why
      - term: halving
        definition: What doubling undoes.
        taught: first/run
      - term: hexadecimal
        definition: Sixteen digits, written 0 to f.
        taught: first/run
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_course(tmp_path_factory.mktemp("terms"), {"lessons/glossary.yaml": GLOSSARY})


def test_the_whole_glossary_is_printed_by_the_alphabet(tutor: Tutor, course: Path) -> None:
    ended = tutor("glossary", course=course)
    assert ended.code == 0
    places = [ended.out.index(f"{term}") for term in ("Doubling", "halving", "hexadecimal")]
    assert places == sorted(places)
    assert "also: twice" in ended.out
    assert "2 · x is the same." in ended.out


@pytest.mark.parametrize("words", [["doubling"], ["DOUBL"], ["twice"]])
def test_a_term_opens_with_the_lesson_that_teaches_it(tutor: Tutor, course: Path, words: list[str]) -> None:
    ended = tutor("glossary", *words, course=course)
    assert ended.code == 0
    assert "A number and itself, added." in ended.out
    assert "halving" not in ended.out
    assert "tutor lesson first    the step 'Why double'" in ended.out


def test_the_glossary_as_json(tutor: Tutor, course: Path) -> None:
    document = tutor("glossary", "--json", course=course).json
    assert document["schema"] == "tutor.glossary/1"
    assert [term["term"] for term in document["terms"]] == ["Doubling", "halving", "hexadecimal"]
    assert tutor("glossary", "twice", "--json", course=course).json["terms"] == [
        {
            "term": "Doubling",
            "also": ["twice"],
            "definition": "A number and itself, added. `2 · x` is the same.",
            "lesson": "first",
            "step": "why",
        }
    ]


@pytest.mark.parametrize(
    ("word", "advised"),
    [
        ("dubling", "Did you mean 'Doubling'?"),
        ("h", "'halving' or 'hexadecimal'?"),
        ("xyzzy", "lists all terms"),
    ],
)
def test_a_term_that_is_not_there_exits_2_with_the_nearest(
    tutor: Tutor, course: Path, word: str, advised: str
) -> None:
    ended = tutor("glossary", word, course=course)
    assert ended.code == 2
    assert ended.out == ""
    assert advised in ended.err


def test_a_course_without_a_glossary_says_so(tutor: Tutor) -> None:
    ended = tutor("glossary", "--json")
    assert ended.code == 2
    assert ended.json["message"] == "This course has no glossary."


def test_a_broken_glossary_is_told_with_its_place_and_stops_nothing_else(
    tutor: Tutor, tmp_path: Path
) -> None:
    broken = write_course(tmp_path, {"lessons/glossary.yaml": GLOSSARY.replace("first/run", "first/ran")})
    ended = tutor("glossary", course=broken)
    assert ended.code == 2
    assert "glossary.yaml:8:13" in ended.err
    assert "Did you mean 'run'?" in ended.err
    assert tutor("list", course=broken).code == 0
    ended = tutor("validate", "--json", course=broken)
    assert ended.code == 2
    assert [problem["line"] for problem in ended.json["problems"]] == [8, 11]


def test_search_finds_steps_terms_exercises_and_lessons(tutor: Tutor, course: Path) -> None:
    document = tutor("search", "doubl", "--json", course=course).json
    assert document["schema"] == "tutor.search/1"
    assert document["words"] == "doubl"
    assert document["steps"] == [
        {"lesson": "first", "step": "why", "title": "Why double", "snippet": "Twice is more."}
    ]
    assert [term["term"] for term in document["terms"]] == ["Doubling", "halving"]
    assert document["exercises"] == [
        {"id": "doubling", "lesson": "first", "title": "Double it", "snippet": "Write double."}
    ]
    assert [lesson["id"] for lesson in document["lessons"]] == ["first"]


def test_search_prints_what_opens_each_hit(tutor: Tutor, course: Path) -> None:
    ended = tutor("search", "twice", "MORE", course=course)
    assert ended.code == 0
    assert ended.out == "Steps of lessons\n  Why double    tutor lesson first\n      Twice is more.\n"
    out = tutor("search", "double", course=course).out
    assert "tutor start doubling" in out


def test_search_that_finds_nothing_says_so(tutor: Tutor, course: Path) -> None:
    ended = tutor("search", "absent", course=course)
    assert (ended.code, ended.out) == (0, "No lesson, term or exercise has it. “absent” stands nowhere.\n")
    document = tutor("search", "absent", "--json", course=course).json
    assert (document["steps"], document["terms"], document["exercises"]) == ([], [], [])


@pytest.mark.parametrize("words", [[], ["·"], [""]])
def test_search_needs_a_word(tutor: Tutor, words: list[str]) -> None:
    ended = tutor("search", *words)
    assert ended.code == 2
    assert ended.is_clean()


def test_the_best_are_shown_unless_all_are_asked_for(tutor: Tutor, tmp_path: Path) -> None:
    entry = "\n".join(
        f"      - {{term: word {letter}, definition: A letter., taught: first/why}}"
        for letter in "abcdefghij"
    )
    course = write_course(tmp_path, {"lessons/glossary.yaml": f"    terms:\n{entry}\n"})
    out = tutor("search", "letter", course=course).out
    assert out.count("A letter.") == 8
    assert "and 2 more: --all" in out
    assert tutor("search", "letter", "--all", course=course).out.count("A letter.") == 10


def test_a_hostile_word_reaches_no_terminal(tutor: Tutor, course: Path) -> None:
    for command in ("search", "glossary"):
        assert tutor(command, "a\x1b]0;owned\x07b", course=course).is_clean()
