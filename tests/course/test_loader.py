"""A course is found, put together in the order in which it is taught, and refused when it does not hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.course.conftest import Course
from tutor.course import Content, load_content
from tutor.errors import ContentProblem, UsageProblem
from tutor.paths import content_root


def refusal(course: Course) -> ContentProblem:
    with pytest.raises(ContentProblem) as caught:
        load_content(course.root)
    return caught.value


@pytest.fixture
def wide(course: Course) -> Course:
    """Three lessons in two modules, four exercises."""
    course.add_lesson("10-outliers", "outliers", module="more")
    course.add_lesson("02-scales", "scales")
    course.add_exercise("per-row", lesson="scales", order=2, requires="[absmax]")
    course.add_exercise("zero-point", lesson="scales", order=1)
    course.add_exercise("decomposition", lesson="outliers", order=1, requires="[per-row]")
    return course


def test_lessons_and_exercises_come_in_the_order_in_which_they_are_taught(wide: Course) -> None:
    content = load_content(wide.root)
    assert [lesson.id for lesson in content.lessons] == ["bits", "scales", "outliers"]
    assert [exercise.id for exercise in content.exercises] == [
        "absmax",
        "zero-point",
        "per-row",
        "decomposition",
    ]
    assert [exercise.id for exercise in content.exercises_of("scales")] == ["zero-point", "per-row"]
    assert content.exercises_of("nowhere") == ()
    assert (content.info.title, [module.title for module in content.info.modules]) == (
        "A tiny course",
        ["Basics", "More"],
    )
    assert [(module.id, [lesson.id for lesson in lessons]) for module, lessons in content.modules()] == [
        ("basics", ["bits", "scales"]),
        ("more", ["outliers"]),
    ]


def test_a_lesson_knows_its_own_without_and_with_its_files(course: Course) -> None:
    lesson = load_content(course.root).lesson("bits")
    assert (lesson.title, lesson.module, lesson.version, lesson.minutes) == ("Bits", "basics", 1, 10)
    assert (lesson.steps, lesson.items, lesson.has_demo) == (("why", "run"), ("half-bits",), True)
    assert lesson.demo_file == course.path("lessons/01-bits/demo.py")
    assert lesson.info.steps[1].title == "Run it"
    assert lesson.quiz is not None
    assert lesson.quiz.items[0].id == "half-bits"
    assert lesson.prompts is not None
    assert lesson.prompts.advanced == "Decide."


def test_a_lesson_may_have_no_quiz_no_prompts_and_no_demo_yet(course: Course) -> None:
    for name in ("quiz.yaml", "prompts.yaml"):
        course.path(f"lessons/01-bits/{name}").unlink()
    text = course.path("lessons/01-bits/lesson.yaml").read_text()
    start, end = text.index("  - id: run"), text.index("demo:\n")
    course.write("lessons/01-bits/lesson.yaml", text[:start] + text[end : text.index("demo:\n")])
    lesson = load_content(course.root).lesson("bits")
    assert (lesson.items, lesson.quiz, lesson.prompts, lesson.demo_file) == ((), None, None, None)


def test_an_exercise_knows_its_pieces_in_all_three_folders(course: Course) -> None:
    exercise = load_content(course.root).exercise("absmax")
    assert exercise.stub == course.path("exercises/absmax/stub.py")
    assert exercise.example == course.path("exercises/absmax/example.py")
    assert exercise.reference == course.path("graders/absmax/reference.py")
    assert exercise.checks_file == course.path("graders/absmax/test_absmax.py")
    assert [file.name for file in exercise.right] == ["loop.py"]
    assert [file.name for file in exercise.wrong] == ["truncated--floor.py", "truncated.py"]
    truncated = exercise.misconception("truncated")
    assert truncated is not None
    assert truncated.hint == 2
    assert exercise.misconception("unheard-of") is None


def test_dashes_of_an_id_become_underscores_in_the_checks_file(wide: Course) -> None:
    assert load_content(wide.root).exercise("per-row").checks_file.name == "test_per_row.py"


def test_an_unknown_id_is_answered_with_the_nearest(wide: Course) -> None:
    content = load_content(wide.root)
    with pytest.raises(UsageProblem, match=r"Did you mean 'per-row'\?"):
        content.exercise("per-rows")
    with pytest.raises(UsageProblem, match=r"Did you mean 'per-row'\?"):
        content.exercise("/home/ada/tutor/work/per_row.py")
    with pytest.raises(UsageProblem, match=r"Did you mean 'outliers'\?"):
        content.lesson("outlier")
    with pytest.raises(UsageProblem, match="'scales' is the id of a lesson"):
        content.exercise("scales")
    with pytest.raises(UsageProblem, match="'tutor list' shows all ids") as caught:
        content.lesson("\x1b[2Jzzzzzzzzzzzzzzz")
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "line", "said"),
    [
        ("lessons/02-scales/lesson.yaml", "id: scales", "id: bits", "duplicate-id", 1, "taken by 01-bits"),
        (
            "lessons/02-scales/lesson.yaml",
            "module: basics",
            "module: basic",
            "unknown-id",
            3,
            "no module 'basic'",
        ),
        (
            "lessons/02-scales/quiz.yaml",
            "half-scales",
            "half-bits",
            "duplicate-id",
            2,
            "taken in the lesson 'bits'",
        ),
        ("exercises/per-row/exercise.yaml", "id: per-row", "id: per-rows", "folder-name", 1, "'per-rows'"),
        (
            "exercises/per-row/exercise.yaml",
            "lesson: scales",
            "lesson: scale",
            "unknown-id",
            3,
            "no lesson 'scale'",
        ),
        ("exercises/per-row/exercise.yaml", "order: 2", "order: 1", "duplicate-id", 4, "the place 1"),
        ("exercises/per-row/exercise.yaml", "[absmax]", "[absmac]", "unknown-id", 7, "no exercise 'absmac'"),
        ("exercises/zero-point/exercise.yaml", "[]", "[absmax, decomposition]", "order", 7, "comes later"),
        ("exercises/zero-point/exercise.yaml", "[]", "[per-row]", "order", 7, "'per-row' comes later"),
        ("exercises/absmax/exercise.yaml", "[]", "[decomposition]", "cycle", 7, "absmax → "),
        ("exercises/absmax/exercise.yaml", "[]", "[absmax]", "cycle", 7, "absmax → absmax"),
        ("lessons/course.yaml", "id: more", "id: mere", "unknown-id", 3, "no module 'more'"),
    ],
)
def test_what_does_not_hold_between_files_is_told_with_its_line(
    wide: Course, file: str, old: str, new: str, code: str, line: int, said: str
) -> None:
    load_content(wide.root)
    wide.path(file).write_text(wide.path(file).read_text().replace(old, new, 1))
    problem = refusal(wide)
    assert (problem.code, problem.line) == (code, line), str(problem)
    assert said in problem.message


def test_the_circle_is_told_in_the_direction_of_requiring(wide: Course) -> None:
    wide.edit("exercises/absmax/exercise.yaml", "requires: []", "requires: [decomposition]")
    circle = refusal(wide).message.split(": ")[1].rstrip(".").split(" → ")
    start = circle.index("absmax")
    assert (circle[:-1] * 2)[start : start + 3] == ["absmax", "decomposition", "per-row"]


def test_a_folder_that_is_not_named_like_a_lesson_is_told(course: Course) -> None:
    course.add_lesson("scales", "scales")
    problem = refusal(course)
    assert (problem.code, problem.file) == ("folder-name", str(course.path("lessons/scales")))


@pytest.mark.parametrize(
    "name", ["lessons/course.yaml", "lessons/01-bits/lesson.yaml", "exercises/absmax/exercise.yaml"]
)
def test_a_missing_file_is_told(course: Course, name: str) -> None:
    course.path(name).unlink()
    problem = refusal(course)
    assert (problem.code, problem.file) == ("missing-file", str(course.path(name)))


@pytest.mark.parametrize("name", ["lessons/01-bits/lesson.yaml", "lessons/01-bits/quiz.yaml"])
def test_a_folder_or_a_link_to_itself_in_the_place_of_a_file_is_told(course: Course, name: str) -> None:
    course.path(name).unlink()
    course.path(name).mkdir()
    assert refusal(course).code == "not-a-file"
    course.path(name).rmdir()
    course.path(name).symlink_to(course.path(name))
    assert refusal(course).code == "unreadable"


def test_folders_of_caches_are_no_lessons_and_no_exercises(course: Course) -> None:
    for name in ("lessons/__pycache__", "exercises/.hidden", "exercises/gone/__pycache__", "lessons/09-gone"):
        course.path(name).mkdir(parents=True)
    content = load_content(course.root)
    assert len(content.lessons) == len(content.exercises) == 1


def test_a_course_needs_no_exercises(course: Course) -> None:
    import shutil

    shutil.rmtree(course.path("exercises"))
    shutil.rmtree(course.path("graders"))
    assert load_content(course.root).exercises == ()


def test_the_grader_hash_follows_every_file_that_grading_depends_on(course: Course) -> None:
    def now() -> str:
        return load_content(course.root).exercise("absmax").grader_hash

    course.add_exercise("other", order=2)
    course.write("graders/absmax/test_absmax.py", "from yardsticks import LIMIT\n")
    course.write("graders/yardsticks.py", "import families\n")
    course.write("graders/families.py", "LIMIT = 1\n")
    seen = {now()}
    for name, text in {
        "graders/families.py": "LIMIT = 2\n",
        "graders/yardsticks.py": "import families  # changed\n",
        "graders/absmax/test_absmax.py": "from yardsticks import LIMIT, more\n",
        "graders/absmax/reference.py": "changed = True\n",
        "exercises/absmax/stub.py": "changed = True\n",
    }.items():
        course.write(name, text)
        assert now() not in seen, name
        seen.add(now())
    course.path("exercises/absmax/example.py").rename(course.path("exercises/absmax/examples.py"))
    assert now() not in seen


def test_the_grader_hash_ignores_what_changes_no_verdict(course: Course) -> None:
    def now() -> str:
        return load_content(course.root).exercise("absmax").grader_hash

    course.add_exercise("other", order=2)
    before = now()
    for name in (
        "graders/other/reference.py",
        "graders/unused.py",
        "graders/absmax/right/more.py",
        "graders/absmax/wrong/truncated.py",
        "graders/absmax/equivalent.yaml",
        "graders/absmax/__pycache__/x.pyc",
        "exercises/absmax/de/exercise.yaml",
    ):
        course.write(name, "changed = True\n")
        assert now() == before, name


def test_what_broke_since_loading_is_told_when_it_is_read(course: Course) -> None:
    content: Content = load_content(course.root)
    course.write("lessons/01-bits/quiz.yaml", "items: []\n")
    with pytest.raises(ContentProblem):
        _ = content.lesson("bits").quiz


def test_a_folder_without_lessons_is_no_course(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"This folder holds no course.*lessons"):
        content_root(tmp_path)


def test_what_is_no_folder_is_called_no_folder(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").touch()
    for name, said in {"nowhere": "There is no such folder.", "course.yaml": "This is a file"}.items():
        with pytest.raises(UsageProblem, match=said):
            content_root(tmp_path / name)


def test_loading_from_the_index_imports_neither_pydantic_nor_yaml(course: Course) -> None:
    code = (
        "import sys; from tutor.course import load_content; from tutor.paths import content_root;"
        "content = load_content(content_root());"
        "print(content.title, [len(of) for _, of in content.modules()], content.exercise('absmax').title);"
        "print(sorted({'pydantic', 'yaml', 'torch'} & set(sys.modules)))"
    )
    environment = {**os.environ, "TUTOR_CONTENT": str(course.folder)}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert outputs[0].splitlines()[1] == "['pydantic', 'yaml']"
    assert outputs[1].splitlines() == ["A tiny course [1, 0] Quantize", "[]"]
