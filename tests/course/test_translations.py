"""Translations lie over a course and fall back item by item; what is wrong with one is told to its author."""

from __future__ import annotations

import pytest

from tests.course.conftest import Course
from tutor.course import check_content, load_content
from tutor.course.schemas import schema_of
from tutor.course.summaries import MODELS
from tutor.course.translations import TEXTS
from tutor.languages import chain, is_language

LESSON = "lessons/01-bits/de/lesson.yaml"
QUIZ = "lessons/01-bits/de/quiz.yaml"


def test_what_is_translated_is_shown_and_the_rest_stays(course: Course) -> None:
    course.write(LESSON, "title: Bits auf Deutsch\ngoals: [{id: count, text: Bytes zählen}]\n")
    english = load_content(course.root).lesson("bits")
    german = load_content(course.root, language="de").lesson("bits")
    assert german.title == german.info.title == "Bits auf Deutsch"
    assert german.info.goals[0].text == "Bytes zählen"
    assert german.info.steps == english.info.steps
    assert german.summary == english.summary
    assert german.quiz == english.quiz
    assert (english.title, english.info.title) == ("Bits", "Bits")


def test_a_language_without_a_translation_is_the_course_itself(course: Course) -> None:
    course.write(LESSON, "title: Bits auf Deutsch\n")
    french = load_content(course.root, language="fr")
    assert [lesson.title for lesson in french.lessons] == [
        lesson.title for lesson in load_content(course.root).lessons
    ]


def test_a_region_falls_back_to_its_language_and_then_to_the_course(course: Course) -> None:
    course.write("lessons/01-bits/pt/lesson.yaml", "title: pt\nsummary: pt\n")
    course.write("lessons/01-bits/pt-BR/lesson.yaml", "title: br\n")
    brazil = load_content(course.root, language="pt-BR").lesson("bits")
    assert (brazil.title, brazil.summary, brazil.info.title, brazil.info.summary) == ("br", "pt", "br", "pt")
    assert load_content(course.root, language="pt").lesson("bits").title == "pt"


def test_entries_are_found_by_id_wherever_they_stand(course: Course) -> None:
    base = load_content(course.root).lesson("bits").quiz
    assert base is not None
    first = base.items[0]
    course.write(QUIZ, f"items:\n  - id: {first.id}\n    question: Auf Deutsch?\n")
    quiz = load_content(course.root, language="de").lesson("bits").quiz
    assert quiz is not None
    assert quiz.items[0].question == "Auf Deutsch?"
    assert quiz.items[0].model_dump(exclude={"question"}) == first.model_dump(exclude={"question"})
    assert quiz.items[1:] == base.items[1:]


def test_exercises_and_modules_have_translations_too(course: Course) -> None:
    course.add_exercise("other", order=2)
    course.write("exercises/other/de/exercise.yaml", "title: Anders\nhints: [Erster]\n")
    course.write("lessons/de/course.yaml", "title: Ein Kurs\nmodules: [{id: more, title: Mehr}]\n")
    before = load_content(course.root)
    content = load_content(course.root, language="de")
    exercise = content.exercise("other")
    assert exercise.title == exercise.info.title == "Anders"
    assert exercise.info.hints == ("Erster", *before.exercise("other").info.hints[1:])
    assert content.title == "Ein Kurs"
    assert [module.title for module in content.chapters] == ["Basics", "Mehr"]
    assert exercise.grader_hash == before.exercise("other").grader_hash
    assert check_content(course.root) == []


def test_a_broken_translation_stops_no_learner_and_is_told_to_its_author(course: Course) -> None:
    course.write(LESSON, "title: [\n")
    assert load_content(course.root, language="de").lesson("bits").info.title == "Bits"
    [problem] = check_content(course.root)
    assert problem.file == str(course.path(LESSON))


@pytest.mark.parametrize(
    ("name", "text", "code", "line", "words"),
    [
        (LESSON, "titel: x\n", "unknown-key", 1, "'titel'"),
        (LESSON, "title: x\nversion: 2\n", "unknown-key", 2, "no text"),
        (LESSON, "goals:\n  - {id: cuont, text: x}\n", "unknown-id", 2, "'cuont'"),
        (LESSON, "goals: text\n", "bad-value", 1, "another form"),
        (LESSON, "summary: ''\n", "bad-value", 1, "empty"),
        (QUIZ, "items:\n  - id: half-bits\n    kind: single\n", "unknown-key", 3, "no text"),
        (QUIZ, "items:\n  - id: half-bits\n    question: 'Was ist {{ y }}?'\n", "template", 3, "{{ y }}"),
        ("lessons/01-bits/de/demo.py", "print()\n", "stray-file", None, "translates nothing"),
        ("lessons/01-bits/de/exercise.yaml", "title: x\n", "stray-file", None, "translates nothing"),
    ],
)
def test_what_a_translation_may_not_hold_is_told_with_its_place(
    course: Course, name: str, text: str, code: str, line: int | None, words: str
) -> None:
    course.write(name, text)
    [problem] = check_content(course.root)
    assert (problem.code, problem.line) == (code, line)
    assert problem.file == str(course.path(name))
    assert words in problem.message
    load_content(course.root, language="de").lesson("bits").info  # noqa: B018 - reading it raises nothing


def test_translations_are_read_again_when_they_change(course: Course) -> None:
    course.write(LESSON, "title: eins\n")
    assert load_content(course.root, language="de").lesson("bits").title == "eins"
    course.write(LESSON, "title: zwei\n")
    assert load_content(course.root, language="de").lesson("bits").title == "zwei"
    assert load_content(course.root).lesson("bits").title == "Bits"


@pytest.mark.parametrize(
    ("name", "expected"), [("de", True), ("pt-BR", True), ("zh-Hans", True), ("model", False)]
)
def test_folders_of_languages_are_told_from_others(name: str, expected: bool) -> None:
    assert is_language(name) is expected


def test_every_text_that_the_schemas_know_of_can_be_translated() -> None:
    """A key that is added to the model and holds prose must be added to the list of texts."""
    no_prose = {
        "answer", "choices", "code", "default", "expression", "from", "gives", "id", "kind", "lesson", "module",
        "name", "opens", "process", "requires", "signature", "step", "taught", "term", "unit", "value", "version",
        "where", "also", "packages", "judge", "worker", "goal", "misconception", "let",
    }  # fmt: skip
    found: set[str] = set()

    def collect(schema: object, name: str = "") -> None:
        if isinstance(schema, dict):
            if schema.get("type") == "string":
                found.add(name)
            for key, part in schema.items():
                if key in ("properties", "$defs"):
                    for inner, below in part.items():
                        collect(below, inner)
                else:
                    collect(part, name)
        elif isinstance(schema, list):
            for part in schema:
                collect(part, name)

    for model in MODELS.values():
        collect(schema_of(model))
    assert found - no_prose - {"draw", "misconceptions"} <= TEXTS
    assert found >= TEXTS


def test_a_region_is_looked_up_after_its_language() -> None:
    assert chain("pt-BR") == ("pt", "pt-BR")
    assert chain("") == ()
