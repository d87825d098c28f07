"""What an author reads when a value is wrong: which, where, why, and what was probably meant."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.course.conftest import COURSE, EXERCISE, LESSON, PROMPTS, QUIZ, Course
from tutor.course.questions import Quiz
from tutor.course.summaries import MODELS
from tutor.course.validation import MOST_PROBLEMS, inspect_file
from tutor.errors import ContentProblem

FILES = {
    "course.yaml": COURSE,
    "lesson.yaml": LESSON,
    "quiz.yaml": QUIZ,
    "prompts.yaml": PROMPTS,
    "exercise.yaml": EXERCISE.format(id="absmax", lesson="bits", order=1, requires="[]"),
}


def problems_of(folder: Path, name: str, text: str) -> tuple[ContentProblem, ...]:
    file = folder / name
    file.write_text(text)
    return inspect_file(file, MODELS[name]).problems


def only(problems: tuple[ContentProblem, ...]) -> ContentProblem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


@pytest.mark.parametrize("name", FILES)
def test_the_sample_of_each_kind_is_accepted(tmp_path: Path, name: str) -> None:
    assert problems_of(tmp_path, name, FILES[name]) == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "line", "column", "said", "advised"),
    [
        # An unknown key is told once, with the nearest right one, although the right one is then missing too.
        ("lesson.yaml", "title: Bits", "titel: Bits", "unknown-key", 2, 1, "'titel'", "'title'"),
        ("lesson.yaml", "    title: Run it", "    titl: Run it", "unknown-key", 17, 5, "steps[1]", "'title'"),
        ("lesson.yaml", "seconds: 1", "second: 1", "unknown-key", 21, 3, "in 'demo'", "'seconds'"),
        ("quiz.yaml", "right: true", "rigth: true", "unknown-key", 10, 9, "options[0]", "'right'"),
        ("exercise.yaml", "hint: 2", "hnt: 2", "unknown-key", 20, 5, "misconceptions[0]", "'hint'"),
        ("course.yaml", 'version: "1"', 'version: "1"\nzzz: 1', "unknown-key", 4, 1, "'zzz'", "modules"),
        ("lesson.yaml", "minutes: 10\n", "", "missing-key", 1, 1, "'minutes' is missing", ""),
        ("lesson.yaml", "    text: count bytes\n", "", "missing-key", 8, 5, "'goals[0]'", ""),
        ("lesson.yaml", "title: Bits", "title: 8", "bad-value", 2, 8, "text should stand here", "'8'"),
        ("lesson.yaml", "title: Bits", "title:", "bad-value", 2, 7, "nothing", "remove the key"),
        ("lesson.yaml", "title: Bits", "title: [Bits]", "bad-value", 2, 8, "a list", ""),
        (
            "lesson.yaml",
            "version: 1",
            "version: one",
            "bad-value",
            4,
            10,
            "a whole number should",
            "in digits",
        ),
        ("lesson.yaml", "version: 1", "version: 1.5", "bad-value", 4, 10, "one with a fraction", "in digits"),
        ("exercise.yaml", "  - Look.", "  - Note: look.", "bad-value", 13, 5, "a group of keys", "in quotes"),
        ("lesson.yaml", "size=128", "sise=128", "unknown-id", 26, 27, "no knob 'sise'", "'size'"),
        ("lesson.yaml", "size=128", "size=1000", "unknown-id", 26, 27, "above the maximum", "knob allows"),
        ("lesson.yaml", "version: 1", "version: 0", "bad-value", 4, 10, "greater than or equal to 1", ""),
        ("lesson.yaml", "seconds: 1", "seconds: 1e9999", "bad-value", 21, 12, "finite", ""),
        ("lesson.yaml", "id: bits", "id: Bits", "bad-value", 1, 5, "'Bits' is not an id", "single dashes"),
        ("lesson.yaml", "kind: why", "kind: wy", "bad-value", 12, 11, "cannot be 'wy'", "'why'"),
        ("lesson.yaml", "kind: why", "kind: nonsense", "bad-value", 12, 11, "'nonsense'", "one of"),
        (
            "lesson.yaml",
            "markdown: Because.",
            f"markdown: {'x' * 3073}",
            "bad-value",
            14,
            15,
            "3,073",
            "split",
        ),
        ("lesson.yaml", '"demo:size', '"demos:size', "bad-value", 26, 27, "opens nothing", "exercise:ID"),
        ("quiz.yaml", "kind: single", "kind: singel", "bad-value", 3, 11, "no kind 'singel'", "'single'"),
        ("quiz.yaml", "    kind: single\n", "", "missing-key", 2, 5, "'kind' is missing", ""),
        ("quiz.yaml", "right: true", "right: false", "bad-value", 2, 5, "exactly one option", ""),
        ("quiz.yaml", "id: four", "id: two", "duplicate-id", 2, 5, "two options", ""),
        ("quiz.yaml", "step: why", "draw: {n: {from: 1, too: 5}}", "unknown-key", 5, 25, "'too'", "'to'"),
        ("quiz.yaml", "step: why", "draw: {n: 5}", "bad-value", 5, 15, "draw.n", ""),
        ("exercise.yaml", "  - Look.\n", "", "bad-value", 13, 3, "at least 3 entries", ""),
        ("exercise.yaml", "hints:\n", "hints: none\nnotes:\n", "unknown-key", 13, 1, "'notes'", "'notice'"),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_what_was_meant(
    tmp_path: Path, name: str, old: str, new: str, code: str, line: int, column: int, said: str, advised: str
) -> None:
    assert old in FILES[name]
    problem = problems_of(tmp_path, name, FILES[name].replace(old, new, 1))[0]
    assert (problem.code, problem.line, problem.column) == (code, line, column), str(problem)
    assert said in problem.message
    assert advised in problem.next_step


def test_a_misspelt_key_is_one_problem_not_two(tmp_path: Path) -> None:
    text = LESSON.replace("title: Bits", "titel: Bits")
    assert only(problems_of(tmp_path, "lesson.yaml", text)).code == "unknown-key"


def test_every_problem_of_a_file_is_told(tmp_path: Path) -> None:
    text = (
        LESSON.replace("version: 1", "version: 0")
        .replace("kind: why", "kind: wy")
        .replace("seconds: 1", "seconds: -1")
    )
    assert [problem.line for problem in problems_of(tmp_path, "lesson.yaml", text)] == [4, 12, 21]


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "line", "said"),
    [
        ("course.yaml", "id: more", "id: basics", "duplicate-id", 6, "'basics'"),
        ("lesson.yaml", "  - id: run", "  - id: why", "duplicate-id", 15, "'why'"),
        ("lesson.yaml", "goals:\n", "goals:\n  - {id: count, text: again}\n", "duplicate-id", 9, "'count'"),
        ("lesson.yaml", "default: 64", "default: 0", "bad-value", 23, "below the minimum 1"),
        ("lesson.yaml", "default: 64", "default: 6.5", "bad-value", 23, "whole number"),
        ("lesson.yaml", "default: row", "default: rows", "bad-value", 24, "not one of row, tensor"),
        ("lesson.yaml", "size=128", "sice=128", "unknown-id", 26, "no knob 'sice'"),
        ("lesson.yaml", "size=128", "size=1000", "unknown-id", 26, "above the maximum 512"),
        ("lesson.yaml", "size=128", "size=big", "unknown-id", 26, "whole number"),
        ("lesson.yaml", "scheme=tensor", "scheme=group", "unknown-id", 26, "not one of"),
        ("exercise.yaml", "hint: 2", "hint: 4", "unknown-id", 20, "there are 3 hints"),
        (
            "exercise.yaml",
            "interface:\n",
            'interface:\n  - {name: quantize, signature: "()"}\n',
            "duplicate-id",
            11,
            "",
        ),
        ("exercise.yaml", "requires: []", "requires: [a, a]", "duplicate-id", 7, "'a'"),
    ],
)
def test_a_rule_within_a_file_is_told_with_its_line(
    tmp_path: Path, name: str, old: str, new: str, code: str, line: int, said: str
) -> None:
    assert old in FILES[name]
    problem = only(problems_of(tmp_path, name, FILES[name].replace(old, new, 1)))
    assert (problem.code, problem.line) == (code, line), str(problem)
    assert said in problem.message


def test_a_lesson_without_a_demo_has_no_demo_step_and_no_demo_to_try(tmp_path: Path) -> None:
    start, end = LESSON.index("demo:\n"), LESSON.index("try_it:")
    codes = [p.code for p in problems_of(tmp_path, "lesson.yaml", LESSON[:start] + LESSON[end:])]
    assert codes == ["missing-key", "unknown-id"]


def test_two_knobs_with_one_name_are_told(tmp_path: Path) -> None:
    text = LESSON.replace("name: scheme", "name: size").replace("demo:size=128,scheme=tensor", "demo")
    problem = only(problems_of(tmp_path, "lesson.yaml", text))
    assert (problem.code, problem.line) == ("duplicate-id", 24)


def test_two_questions_with_one_id_are_told(tmp_path: Path) -> None:
    text = QUIZ + QUIZ.removeprefix("items:\n")
    problem = only(problems_of(tmp_path, "quiz.yaml", text))
    assert (problem.code, problem.line) == ("duplicate-id", 16)


def test_what_a_message_quotes_from_the_file_is_safe_to_print(tmp_path: Path) -> None:
    text = LESSON.replace("kind: why", 'kind: "\\e[31m"').replace("title: Bits", '"\\e[2J": Bits')
    for problem in problems_of(tmp_path, "lesson.yaml", text):
        assert "\x1b" not in str(problem)


def values() -> st.SearchStrategy[object]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    )


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A file of the course in which one value or key is replaced by something arbitrary."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = yaml.safe_load(FILES[name])
    places: list[tuple[dict | list, str | int]] = []

    def walk(node: object) -> None:
        entries = (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        )
        for key, value in entries:
            places.append((node, key))
            walk(value)

    walk(data)
    parent, key = draw(st.sampled_from(places))
    if isinstance(parent, dict) and draw(st.booleans()):
        parent[draw(st.text(max_size=8))] = parent.pop(key)
    else:
        parent[key] = draw(values())
    return name, yaml.safe_dump(data, allow_unicode=True)


@given(damaged())
def test_any_damage_is_accepted_or_told_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, damage: tuple[str, str]
) -> None:
    name, text = damage
    file = tmp_path_factory.getbasetemp() / name
    file.write_text(text)
    reading = inspect_file(file, MODELS[name])
    assert (reading.model is None) == bool(reading.problems)
    for problem in reading.problems:
        assert problem.file == str(file)
        assert "\x1b" not in str(problem)


def test_the_sample_course_uses_these_files(course: Course) -> None:
    assert course.path("lessons/01-bits/lesson.yaml").read_text() == LESSON


def test_a_file_that_is_wrong_in_thousands_of_places_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "quiz.yaml"
    for text in (
        "items: [" + "0, " * 40_000 + "0]",
        "items: []\n" + "".join(f"itms{n}: 0\n" for n in range(9_000)),
    ):
        file.write_text(text)
        start = time.process_time()
        problems = inspect_file(file, Quiz).problems
        assert time.process_time() - start < 2
        assert 1 < len(problems) <= MOST_PROBLEMS
