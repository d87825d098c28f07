"""An exercise that changed is told, with what changed, and takes nothing away."""

from __future__ import annotations

import shutil

import pytest

from tests.progress.world import COURSE, verdict
from tutor.course import load_content
from tutor.paths import ContentRoot
from tutor.progress import standing, workspace
from tutor.progress.exchange import export_events, import_events
from tutor.progress.store import Store
from tutor.progress.versions import stub_changes

ID = "absmax-int8"


@pytest.fixture
def course(tmp_path):
    """A course of our own, to be changed; ``course()`` loads it as it is now."""
    shutil.copytree(COURSE, tmp_path / "course")

    def load():
        return load_content(ContentRoot(tmp_path / "course"), index=tmp_path / "index")

    return load


def pass_it(store, exercise):
    path = workspace.solution_path(store, exercise)
    store.record_attempt(
        verdict(ID, "passed"), source=path.read_bytes(), grader_hash=exercise.grader_hash, content_version="1"
    )


def change_stub(content):
    stub = content.exercise(ID).stub
    stub.write_text("import math\n" + stub.read_text())


def test_a_changed_exercise_is_newer_until_it_is_graded_again_and_keeps_file_and_pass(course, store):
    exercise = course().exercise(ID)
    mine = workspace.start_exercise(store, exercise)
    mine.write_text("mine = 1\n")
    pass_it(store, exercise)
    passed = store.exercise_state(ID).first_pass
    assert standing(course(), store).newer == frozenset()
    change_stub(course())
    now = standing(course(), store)
    assert now.newer == {ID}
    assert now.exercise(ID) == "passed"
    assert store.exercise_state(ID).first_pass == passed
    assert workspace.start_exercise(store, course().exercise(ID)) == mine
    assert mine.read_text() == "mine = 1\n"
    assert standing(course(), store).newer == {ID}
    changes = stub_changes(store, course().exercise(ID))
    assert [line for line in changes.splitlines() if line[:1] == "+" and line[1:2] != "+"] == ["+import math"]
    pass_it(store, course().exercise(ID))
    assert standing(course(), store).newer == frozenset()
    assert store.exercise_state(ID).first_pass == passed


def test_a_changed_grader_is_a_newer_version_with_the_same_stub(course, store):
    workspace.start_exercise(store, course().exercise(ID))
    checks = course().exercise(ID).checks_file
    checks.write_text(checks.read_text() + "\n# stricter\n")
    assert standing(course(), store).newer == {ID}
    assert stub_changes(store, course().exercise(ID)) == ""


def test_beginning_again_from_the_stub_takes_up_the_newer_version(course, store):
    workspace.start_exercise(store, course().exercise(ID)).write_text("mine = 1\n")
    change_stub(course())
    workspace.start_exercise(store, course().exercise(ID), reset=True)
    assert standing(course(), store).newer == frozenset()
    assert stub_changes(store, course().exercise(ID)) == ""


def test_a_stub_that_was_not_kept_is_no_difference_and_what_was_never_begun_is_never_newer(course, store):
    change_stub(course())
    assert standing(course(), store).newer == frozenset()
    store.record_event("started", ID)
    assert standing(course(), store).newer == frozenset()
    assert stub_changes(store, course().exercise(ID)) is None


def test_the_version_that_was_begun_travels_to_another_machine(course, store, tmp_path):
    workspace.start_exercise(store, course().exercise(ID))
    (tmp_path / "export").write_bytes(export_events(store))
    change_stub(course())
    with Store.open(tmp_path / "elsewhere", "tiny") as other:
        import_events(other, tmp_path / "export")
        assert standing(course(), other).newer == {ID}
        assert "+import math" in stub_changes(other, course().exercise(ID))


def test_a_questions_answers_survive_its_rewording(course, store):
    lesson = course().lesson("bits")
    [item, *_] = lesson.items
    store.record_answer(item, lesson.id, "single", 1, "x", 1.0, 1.0)
    quiz = lesson.folder / "quiz.yaml"
    text = quiz.read_text()
    assert "question: " in text
    quiz.write_text(text.replace("question: ", "question: In other words, "))
    assert course().lesson("bits").quiz.items[0].question.startswith("In other words")
    assert store.item_states()[("bits", item)].right == 1
    assert course().lesson("bits").items == lesson.items
