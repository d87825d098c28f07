"""Validation tells authors every problem of a course, each with its file."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from tests.course.conftest import Course
from tutor.course import check_content
from tutor.errors import ContentProblem


def only(course: Course) -> ContentProblem:
    problems = check_content(course.root)
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_a_sound_course_has_no_problems(course: Course) -> None:
    assert check_content(course.root) == []


@pytest.mark.parametrize(
    "name",
    [
        "lessons/course.yaml",
        "lessons/01-bits/lesson.yaml",
        "lessons/01-bits/demo.py",
        "lessons/01-bits/prompts.yaml",
        "exercises/absmax/exercise.yaml",
        "exercises/absmax/stub.py",
        "exercises/absmax/example.py",
        "graders/absmax/test_absmax.py",
        "graders/absmax/reference.py",
    ],
)
def test_each_missing_file_is_one_problem(course: Course, name: str) -> None:
    course.path(name).unlink()
    problem = only(course)
    assert (problem.code, problem.file) == ("missing-file", str(course.path(name)))
    assert problem.next_step


def test_a_lesson_may_do_without_a_quiz(course: Course) -> None:
    course.path("lessons/01-bits/quiz.yaml").unlink()
    assert check_content(course.root) == []


OPEN = """\
    questions:
      - id: who-pays
        step: {step}
        question: Who pays?
        points: [All that share the scale., Not the outlier.]
        model_answer: All that share its scale.
      - id: {id}
        step: why
        question: And why?
        points: [One., Two.]
        model_answer: One and two.
"""


def test_a_lesson_may_have_open_questions(course: Course) -> None:
    course.write("lessons/01-bits/open.yaml", OPEN.format(step="why", id="and-why"))
    assert check_content(course.root) == []


@pytest.mark.parametrize(
    ("step", "id", "code", "line"),
    [("wy", "and-why", "unknown-id", 3), ("why", "who-pays", "duplicate-id", 7)],
)
def test_an_open_question_names_a_step_and_has_an_id_of_its_own(
    course: Course, step: str, id: str, code: str, line: int
) -> None:
    course.write("lessons/01-bits/open.yaml", OPEN.format(step=step, id=id))
    problem = only(course)
    assert (problem.code, problem.line) == (code, line)


def change(file: str, old: str, new: str) -> Callable[[Course], None]:
    return lambda course: (course.edit(file, old, new), None)[1]


@pytest.mark.parametrize(
    ("damage", "code", "file", "line", "said"),
    [
        (
            change("lessons/01-bits/quiz.yaml", "goal: count", "goal: counts"),
            ("unknown-id", "Did you mean 'count'?"),
            "lessons/01-bits/quiz.yaml",
            4,
            "no goal of this lesson",
        ),
        (
            change("lessons/01-bits/quiz.yaml", "step: why", "step: idea"),
            ("unknown-id", "Its steps are: run, why."),
            "lessons/01-bits/quiz.yaml",
            5,
            "no step of this lesson",
        ),
        (
            change("lessons/01-bits/quiz.yaml", "misconception: truncated", "misconception: truncate"),
            ("unknown-id", "Did you mean 'truncated'?"),
            "lessons/01-bits/quiz.yaml",
            15,
            "'truncate' is no misconception",
        ),
        (
            change("lessons/01-bits/lesson.yaml", '"demo:size=128,scheme=tensor"', '"exercise:absmix"'),
            ("unknown-id", "Did you mean 'absmax'?"),
            "lessons/01-bits/lesson.yaml",
            26,
            "no exercise 'absmix'",
        ),
        (
            lambda course: course.write("graders/absmax/wrong/floored.py", "x = 1\n"),
            ("unknown-id", "Its misconceptions are: truncated."),
            "graders/absmax/wrong/floored.py",
            None,
            "begins with 'floored'",
        ),
        (
            lambda course: course.write("graders/absmix/reference.py", "x = 1\n"),
            ("stray-file", "Did you mean 'absmax'?"),
            "graders/absmix",
            None,
            "belongs to no exercise",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told(
    course: Course,
    damage: Callable[[Course], None],
    code: tuple[str, str],
    file: str,
    line: int | None,
    said: str,
) -> None:
    damage(course)
    problem = only(course)
    assert (problem.code, problem.next_step) == code
    assert (problem.file, problem.line) == (str(course.path(file)), line)
    assert said in problem.message


def test_a_demo_that_is_not_declared_is_told(course: Course) -> None:
    text = course.path("lessons/01-bits/lesson.yaml").read_text()
    course.write(
        "lessons/01-bits/lesson.yaml", text[: text.index("demo:\n")].replace("kind: demo", "kind: idea")
    )
    assert only(course).code == "stray-file"


def test_a_quiz_may_define_misconceptions_of_its_own_once(course: Course) -> None:
    quiz = "lessons/01-bits/quiz.yaml"
    course.edit(quiz, "misconception: truncated", "misconception: halved")
    text = course.path(quiz).read_text()
    course.write(quiz, text + "misconceptions:\n  halved: fp32 is thought to be half\n")
    assert check_content(course.root) == []
    course.write(quiz, text + "misconceptions:\n  halved: so\n  truncated: again\n")
    problem = only(course)
    assert (problem.code, problem.line) == ("duplicate-id", 18)


def test_all_problems_are_told_at_once_by_file_and_line(course: Course) -> None:
    course.edit("lessons/01-bits/lesson.yaml", "kind: why", "kind: wy")
    course.edit("lessons/01-bits/lesson.yaml", "version: 1", "version: 0")
    course.edit("exercises/absmax/exercise.yaml", "hint: 2", "hint: 9")
    course.path("graders/absmax/reference.py").unlink()
    found = [(problem.file.rsplit("/", 1)[1], problem.line) for problem in check_content(course.root)]
    assert found == [("exercise.yaml", 20), ("lesson.yaml", 4), ("lesson.yaml", 12)]


def test_a_broken_file_raises_no_false_alarms_about_what_names_it(course: Course) -> None:
    course.add_exercise("second", order=2, requires="[absmax]")
    course.edit("exercises/absmax/exercise.yaml", "title: Quantize", "titel: Quantize")
    assert only(course).code == "unknown-key"
    course.edit("exercises/absmax/exercise.yaml", "titel: Quantize", "title: Quantize")
    course.edit("lessons/01-bits/lesson.yaml", "title: Bits", "titel: Bits")
    assert only(course).code == "unknown-key"


def test_relations_are_told_as_well(course: Course) -> None:
    course.edit("exercises/absmax/exercise.yaml", "lesson: bits", "lesson: bit")
    assert only(course).code == "unknown-id"


def test_a_folder_that_holds_nothing_is_a_course_without_its_description(course: Course) -> None:
    shutil.rmtree(course.folder)
    course.path("lessons").mkdir(parents=True)
    assert only(course).code == "missing-file"
