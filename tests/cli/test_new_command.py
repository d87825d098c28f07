"""``tutor new`` begins lessons and exercises that ``tutor validate`` accepts as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Tutor
from tutor.course.names import printable
from tutor.course.scaffold import plan
from tutor.course.summaries import MODELS
from tutor.errors import ContentProblem, UsageProblem
from tutor.languages import is_language
from tutor.progress.files import write_new

OTHER = Path(__file__).parents[1] / "other_course"


def write(root: Path, *words: str, **options: str | None) -> None:
    kind, id = words
    for name, data in plan(root, kind, id, **options).files.items():  # type: ignore[arg-type]
        write_new(root / name, data)


def test_a_course_from_nothing_is_proved_with_its_mutants(tutor: Tutor, tmp_path: Path) -> None:
    course = tmp_path / "My New Course"
    for words in (["exercise", "mean-of-all"], ["lesson", "more"], ["exercise", "another"]):
        ended = tutor("new", *words, "--content", course, course=None)
        assert ended.code == 0, ended.err
        assert all(Path(line).is_file() for line in ended.out.splitlines())
    proved = tutor("validate", course, "--mutants", "--json", timeout=120)
    document = proved.json
    assert proved.code == 0
    assert document["problems"] == document["warnings"] == []
    assert [one["id"] for one in document["exercises"]] == ["mean-of-all", "another"]
    for one in document["exercises"]:
        assert one["stub_fails"]
        assert one["right"] == {"passed": 2, "of": 2}
        assert one["wrong"] == {"rejected": 1, "as_named": 1, "of": 1}
        assert one["mutants"]["share"] == 1.0
    listed = tutor("list", "--json", course=course).json
    [module] = listed["modules"]
    assert [lesson["id"] for lesson in module["lessons"]] == ["introduction", "more"]
    assert [lesson["exercises"] for lesson in module["lessons"]] == [["mean-of-all"], ["another"]]
    demo = tutor("demo", "more", "--far", "3", course=course)
    assert demo.code == 0
    assert "the largest + 3" in demo.out


def test_nothing_is_overwritten(tutor: Tutor, tmp_path: Path) -> None:
    tutor("new", "exercise", "first", "--content", tmp_path, course=None)
    mine = tmp_path / "graders" / "second" / "reference.py"
    mine.parent.mkdir()
    mine.write_text("mine")
    refused = tutor("new", "exercise", "second", "--content", tmp_path, course=None)
    assert refused.code == 2
    assert str(mine) in "".join(refused.err.split()), "wherever its line was broken"
    assert mine.read_text() == "mine"
    assert not (tmp_path / "exercises" / "second").exists()
    again = tutor("new", "exercise", "first", "--content", tmp_path, course=None)
    assert again.code == 2
    assert "There is an exercise 'first' already." in again.err
    file = tmp_path / "file"
    file.touch()
    assert "Name its folder with --content DIR" in " ".join(
        tutor("new", "exercise", "third", "--content", file, course=None).err.split()
    )


def test_the_next_step_in_a_course_that_was_named_names_it_too(tutor: Tutor, tmp_path: Path) -> None:
    course = tmp_path / "my course"
    made = tutor("new", "lesson", "first", "--content", course, course=None)
    assert f'tutor author "{course}"' in made.err
    listed = tutor("list", "--content", course, course=None)
    assert f'tutor lesson first --content "{course}"' in listed.out


def test_checks_that_can_not_be_imported_are_told_once(tutor: Tutor, tmp_path: Path) -> None:
    tutor("new", "exercise", "first", "--content", tmp_path, course=None)
    checks = tmp_path / "graders" / "first" / "test_first.py"
    checks.write_text("import no_such_module\n" + checks.read_text())
    ended = tutor("validate", tmp_path, "--json", course=None)
    assert ended.code == 2
    (problem,) = ended.json["problems"]
    assert (problem["code"], Path(problem["file"]).name) == ("grader-fault", "test_first.py")
    assert "No module named 'no_such_module'" in problem["message"]


def test_the_course_must_be_named(tutor: Tutor) -> None:
    refused = tutor("new", "lesson", "first", course=None)
    assert refused.code == 2
    assert "--content DIR" in refused.err


@pytest.mark.parametrize("id", ["My Lesson", "", "a--b", "-a", "../up", "ä", "a" * 65, "a/b", "a\n"])
def test_what_is_no_id_is_refused_with_one_that_would_do(id: str, tmp_path: Path) -> None:
    for kind in ("lesson", "exercise"):
        with pytest.raises(UsageProblem, match="is not an id") as refused:
            plan(tmp_path, kind, id)  # type: ignore[arg-type]
        assert printable(id) in refused.value.message
    with pytest.raises(UsageProblem) as refused:
        plan(tmp_path, "lesson", "My Lesson")
    assert "my-lesson" in refused.value.next_step


@pytest.mark.parametrize("id", ["no", "1984", "2024-01-01", "null", "1e5", "a" * 64])
def test_ids_and_titles_that_yaml_would_read_as_something_else_stay_texts(id: str, tmp_path: Path) -> None:
    write(tmp_path, "exercise", id, title="Yes: a #title 'with' \"quotes\"", lesson=id)
    exercise = yaml.safe_load((tmp_path / "exercises" / id / "exercise.yaml").read_text())
    assert (exercise["id"], exercise["lesson"], exercise["title"]) == (
        id,
        id,
        "Yes: a #title 'with' \"quotes\"",
    )
    from tutor.course import check_content
    from tutor.paths import ContentRoot

    assert check_content(ContentRoot(tmp_path)) == []


def test_an_unknown_lesson_or_module_is_told_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "lesson", "averages")
    with pytest.raises(UsageProblem, match="no lesson 'average'") as refused:
        plan(tmp_path, "exercise", "one", lesson="average")
    assert "averages" in refused.value.next_step
    with pytest.raises(UsageProblem, match="no module 'basic'") as refused:
        plan(tmp_path, "lesson", "two", module="basic")
    assert "basics" in refused.value.next_step


def test_a_broken_course_is_not_added_to(tmp_path: Path) -> None:
    write(tmp_path, "lesson", "averages")
    (tmp_path / "lessons" / "course.yaml").write_text("id: 3\n")
    with pytest.raises(ContentProblem):
        plan(tmp_path, "lesson", "more")


def test_editors_find_the_schemas_that_the_files_name(tutor: Tutor, tmp_path: Path) -> None:
    write(tmp_path, "exercise", "first")
    named = 0
    for file in (*tmp_path.glob("lessons/**/*.yaml"), *tmp_path.glob("exercises/**/*.yaml")):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        schema = (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
        assert schema == tmp_path / "schemas" / f"{file.stem}.schema.json"
        assert schema.is_file()
        named += 1
    assert named == 5
    written = tutor("validate", "--schemas", tmp_path / "elsewhere").out.splitlines()
    assert sorted(Path(line).name for line in written) == sorted(
        f"{name.removesuffix('.yaml')}.schema.json" for name in MODELS
    )
    for line in written:
        assert Path(line).read_bytes() == (tmp_path / "schemas" / Path(line).name).read_bytes()


def test_the_schemas_accept_what_the_tutor_accepts_and_find_an_unknown_key(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    from tutor.course.schemas import schema_files

    schemas = {Path(name).name: json.loads(data) for name, data in schema_files("").items()}
    repository = Path(__file__).parents[2]
    checked = 0
    for root in (repository, OTHER):
        for name in MODELS:
            judge = Draft202012Validator(schemas[f"{name.removesuffix('.yaml')}.schema.json"])
            for file in (*root.glob(f"lessons/**/{name}"), *root.glob(f"exercises/*/{name}")):
                if is_language(file.parent.name):
                    continue  # a translation holds texts only
                data = yaml.load(file.read_bytes(), yaml.CSafeLoader)
                assert [error.message for error in judge.iter_errors(data)] == [], file
                assert list(judge.iter_errors({**data, "titel": "x"}))
                checked += 1
    assert checked > 50
