"""A quiz as documents, and as a conversation in plain lines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.cli.conftest import Tutor, write_course
from tests.terminals import Terminal
from tutor.cli.answering import how
from tutor.cli.course_map import map_text
from tutor.course import load_content
from tutor.paths import ContentRoot
from tutor.progress import Store, standing
from tutor.progress.review import DueItem
from tutor.quiz import build

RIGHT: dict[str, Any] = {
    "one-right": "twice",
    "some-right": ["two", "four"],
    "a-number": 8,
    "an-output": "8",
    "an-order": ["once", "twofold", "thrice"],
    "a-match": {"one": "two", "two": "four", "three": "six"},
    "some-code": "x + x",
}


def test_the_questions_hold_no_answers(tutor: Tutor) -> None:
    document = tutor("quiz", "first", "--seed", "3", "--json").json
    assert (document["schema"], document["lesson"], document["seed"]) == ("tutor.quiz/1", "first", 3)
    assert {item["id"]: item["kind"] for item in document["items"]} == {
        "one-right": "single",
        "some-right": "multiple",
        "a-number": "numeric",
        "an-output": "output",
        "an-order": "order",
        "a-match": "match",
        "some-code": "code",
    }
    assert "why" not in json.dumps(document)
    assert "Two times it" not in json.dumps(document)


def test_the_same_seed_asks_the_same(tutor: Tutor) -> None:
    assert (
        tutor("quiz", "first", "--seed", "5", "--json").out
        == tutor("quiz", "first", "--seed", "5", "--json").out
    )


def test_answers_are_scored_explained_and_remembered(tutor: Tutor) -> None:
    given = json.dumps({"seed": 3, "answers": RIGHT})
    ended = tutor("quiz", "first", "--answers", "-", "--json", stdin=given)
    document = ended.json
    assert (ended.code, document["schema"]) == (0, "tutor.quiz-result/1")
    assert {item["id"] for item in document["items"] if not item["correct"]} == set()
    assert document["points"] == document["of"] == 7
    assert all(item["explanation"] for item in document["items"])
    quiz = tutor("progress", "--json").json["quiz"]
    assert quiz == [{"lesson": "first", "points": 7, "of": 7, "due": 0}]


def test_wrong_and_missing_answers_cost_points_and_not_the_exit_code(tutor: Tutor) -> None:
    given = json.dumps({"seed": 3, "answers": {"a-number": "4 bytes", "one-right": "twice"}})
    ended = tutor("quiz", "first", "--answers", "-", stdin=given)
    assert ended.code == 0
    assert "That is once." in ended.out
    assert "1 of 7 points." in ended.out
    assert tutor("progress", "--json").json["quiz"][0]["of"] == 2


def test_nothing_is_due_at_first(tutor: Tutor) -> None:
    assert "Nothing is due" in tutor("quiz", "--due").out
    assert tutor("quiz", "--due", "--json").json["items"] == []


def test_a_placement_without_a_mistake_tests_the_exercises_out(tutor: Tutor) -> None:
    document = tutor("quiz", "--placement", "--json").json
    asked = [item["id"] for item in document["items"]]
    assert asked
    given = json.dumps(
        {"seed": document["seed"], "answers": {id: RIGHT[id] for id in asked} | _numbers(document)}
    )
    ended = tutor("quiz", "--placement", "--answers", "-", stdin=given)
    assert "You may skip: doubling." in ended.out
    assert tutor("list", "--json").json["exercises"][0]["status"] == "tested-out"


def test_every_kind_can_be_answered_by_typing(tutor: Tutor) -> None:
    document = tutor("quiz", "first", "--seed", "3", "--json").json
    typed = "\n".join(_typed(item) for item in document["items"]) + "\n"
    ended = tutor("quiz", "first", "--seed", "3", stdin=typed)
    assert ended.code == 0
    assert ended.out.count("✓ Right") == 7, ended.out
    assert "7 of 7 points." in ended.out


def test_what_counts_of_a_partly_right_answer_is_said_before_it(tutor: Tutor) -> None:
    document = tutor("quiz", "first", "--seed", "3", "--json").json
    typed = "\n".join(_typed(item) for item in document["items"]) + "\n"
    asked = tutor("quiz", "first", "--seed", "3", stdin=typed).out
    said = [line for line in asked.splitlines() if line.startswith("  (Partly right counts: ")]
    assert said == [
        "  (Partly right counts: right ones chosen less wrong ones, never below 0.)",
        "  (Partly right counts: neighbours that follow one another as they should.)",
        "  (Partly right counts: each right pair.)",
    ]


def test_a_question_fits_into_a_narrow_terminal(tutor: Tutor) -> None:
    said = tutor("quiz", "first", "--seed", "3", stdin=":s\n" * 7, env={"COLUMNS": "50"}).out
    assert all(len(line) <= 50 for line in said.splitlines() if "(" in line), said


def test_an_unreadable_line_is_asked_again_and_what_was_answered_stays(tutor: Tutor) -> None:
    ended = tutor("quiz", "first", "--seed", "3", stdin="z\n?\na\n:s\n:q\n")
    assert ended.code == 0
    assert "'z' is none of the options" in ended.out
    assert "Answer with the letter" in ended.out
    assert "of 1 points." in ended.out
    assert tutor("progress", "--json").json["quiz"][0]["of"] == 1


def test_an_empty_line_is_no_answer_and_the_ways_out_are_said(tutor: Tutor) -> None:
    count = len(tutor("quiz", "first", "--seed", "3", "--json").json["items"])
    said = " ".join(tutor("quiz", "first", "--seed", "3", stdin="\n:s\n" * count + ":q\n").out.split())
    assert said.count("Nothing was typed. Answer with") == count
    assert said.count(":s skips it, :q leaves.") == count
    assert "0 of 0 points" in said


def test_an_order_and_pairs_are_asked_again_until_they_are_whole_in_the_letters_that_were_shown(
    tutor: Tutor,
) -> None:
    order = [":s"] * 4 + ["a b", "a b b", "c a b"]
    pairs = ["1a", "1a 1b 2b 3c", "b a c", "1 b, 2-a 3:c"]
    said = tutor("quiz", "first", "--seed", "3", stdin="\n".join([*order, *pairs]) + "\n").out
    assert "Not in the order yet: c. Write all 3 letters, each once." in said
    assert "b stands there twice." in said
    assert "Without a letter yet: 2 3. Write all pairs" in said
    assert "1 stands there twice. Give each number one letter." in said
    assert "'b' is no pair. Write a number and a letter for each of the 3" in " ".join(said.split())
    assert "thrice" in said
    assert "out of" not in said, "ids are for documents"
    assert "7 of 7" in said, "both were taken in the end"


def test_a_unit_is_spoken_of_where_one_is_asked(small_course: Path) -> None:
    items = build(load_content(ContentRoot(small_course)).lesson("first"), 3)
    number = next(item for item in items if item.kind == "numeric")
    assert how(number) == "a number, with its unit if you like"
    assert how(replace(number, unit="")) == "a number"


def test_the_prompt_says_that_an_answer_may_go_on(tutor: Tutor) -> None:
    assert "> ... " in tutor("quiz", "first", "--seed", "3", stdin=":s\n:s\n:s\n8\n\n").out


def test_ctrl_c_leaves_a_quiz_with_what_was_answered_and_says_how_to_go_on(
    home: Path, small_course: Path
) -> None:
    with Terminal.open(home, "quiz", "first", "--seed", "3", "--content", str(small_course)) as terminal:
        terminal.wait_for("> ")
        terminal.type("a\n")
        terminal.wait_for("2 of 7")
        terminal.type("\x03")
        assert terminal.ended() == 130
        told = terminal.printed.replace("\r", "")
        assert "6 left; the same command goes on." in told
        assert "\nCancelled." in told


def test_a_quiz_that_was_left_goes_on_where_it_was_with_the_same_numbers(tutor: Tutor) -> None:
    document = tutor("quiz", "first", "--seed", "3", "--json").json
    lines = [_typed(item) for item in document["items"]]
    left = tutor("quiz", "first", "--seed", "3", stdin=f"{lines[0]}\n:s\n{lines[2]}\n:q\n")
    assert "2 of 2 points. 5 left; the same command goes on." in left.out
    again = tutor("quiz", "first", stdin="\n".join([*lines[3:], lines[1]]) + "\n")
    assert "2 of them are answered" in again.out
    assert "7 of 7 points." in again.out, again.out
    assert "of them are answered" not in tutor("quiz", "first", stdin=lines[0] + "\n").out
    assert "1 of them is answered" in tutor("quiz", "first", stdin=":q\n").out


def test_new_begins_a_quiz_anew_that_was_left(tutor: Tutor) -> None:
    document = tutor("quiz", "first", "--seed", "3", "--json").json
    tutor("quiz", "first", "--seed", "3", stdin=_typed(document["items"][0]) + "\n:q\n")
    assert "of them are answered" not in tutor("quiz", "first", "--new", stdin="a\n:q\n").out


def _numbers(document: dict[str, Any]) -> dict[str, Any]:
    """The answers that depend on the drawn numbers."""
    return {item["id"]: str(_twice(item)) for item in document["items"] if item["kind"] == "numeric"}


def _twice(item: dict[str, Any]) -> int:
    return 2 * int("".join(c for c in item["question"] if c.isdigit()))


def _typed(item: dict[str, Any]) -> str:
    """The line that answers an item rightly, as a person would type it."""
    letters = {
        option["id"]: letter for letter, option in zip("abcdef", item.get("options", ()), strict=False)
    }
    rights = {option["id"]: letter for letter, option in zip("abcdef", item.get("right", ()), strict=False)}
    right = RIGHT[item["id"]]
    if item["kind"] == "single":
        return letters[right].upper()
    if item["kind"] == "multiple":
        return ", ".join(letters[id] for id in right)
    if item["kind"] == "order":
        return "".join(letters[id] for id in right)
    if item["kind"] == "match":
        return " ".join(
            f"{number}{rights[RIGHT['a-match'][side['id']]]}" for number, side in enumerate(item["left"], 1)
        )
    if item["kind"] == "numeric":
        return f"{_twice(item)} bytes"
    return f"{right}\n" if item["kind"] == "output" else str(right)


def test_a_placement_says_first_what_it_does_and_a_skip_settles_its_lesson(tutor: Tutor) -> None:
    ended = tutor("quiz", "--placement", stdin=":s\n")
    said = " ".join(ended.out.split("questions. :s skips")[0].split())
    for part in ("tested out", "may be skipped", "nothing is lost", "reviewed", "minutes"):
        assert part in said
    assert tutor("list", "--json").json["exercises"][0]["status"] == "new"
    assert "tutor quiz --placement" in tutor("list").out, "a beginner is told of it"


def test_a_placement_that_was_left_goes_on_and_counts_what_was_answered(tutor: Tutor) -> None:
    document = tutor("quiz", "--placement", "--json").json
    assert [item["id"] for item in document["items"]] == ["a-number"]
    asked = tutor("quiz", "--placement", "--seed", "3", stdin=":q\n")
    assert "of 0 points. 1 left" in asked.out or "Nobody answers" in asked.err
    question = tutor("quiz", "first", "--seed", "3", "--json").json["items"][2]
    ended = tutor("quiz", "--placement", "--seed", "3", stdin=f"{_twice(question)}\n")
    assert "Tested out: First steps." in ended.out
    assert tutor("list", "--json").json["tested_out"] == ["first"]
    assert "tested-out" in tutor("list").out
    assert "nothing left to place" in tutor("quiz", "--placement").out


def test_how_a_number_may_be_written_is_said_before_it(tutor: Tutor) -> None:
    out = " ".join(tutor("quiz", "first", "--seed", "3", stdin=":s\n:s\n:q\n").out.split())
    assert "Such as 28, 2.5, 1/3, 3e8 or 2^10; the unit may be left out, or be bits, kB, MB" in out


def test_progress_tells_what_is_to_come(tutor: Tutor) -> None:
    given = json.dumps({"seed": 3, "answers": {"a-number": "4 bytes", "one-right": "one-more"}})
    tutor("quiz", "first", "--answers", "-", stdin=given)
    document = tutor("progress", "--json").json
    assert (document["due"], document["waiting"], document["daily_cap"]) == (0, 0, 20)
    days = document["forecast"]
    assert len(days) == 14
    assert [(day["due"], day["asked"], day["waiting"]) for day in days[:3]] == [
        (0, 0, 0),
        (2, 2, 0),
        (0, 0, 0),
    ]
    out = tutor("progress").out
    assert "Questions to come, at most 20 a day:" in out
    assert "tomorrow      2  ███" in out


def test_a_step_whose_question_is_missed_three_times_is_the_next_thing(tutor: Tutor) -> None:
    tutor("lesson", "first")
    given = json.dumps({"seed": 3, "answers": {"one-right": "one-more"}})
    for _ in range(3):
        tutor("quiz", "first", "--answers", "-", stdin=given)
    document = tutor("list", "--json").json
    assert document["next"]["step"] == "why"
    assert document["next"]["why"].startswith("reread: Why double.")
    assert document["modules"][0]["lessons"][0]["status"] == "started"
    assert document["reread"] == {"first": ["why"]}
    assert "reread (why)" in tutor("list").out
    tutor("lesson", "first")
    assert tutor("list", "--json").json["reread"] == {}


def test_the_cap_of_a_day_is_the_learners_setting(tutor: Tutor) -> None:
    assert tutor("config", "daily_cap", "3").code == 0
    assert tutor("progress", "--json").json["daily_cap"] == 3


OPEN = """\
questions:
  - id: why-double
    step: why
    question: Why double?
    points: [Twice is more., Half is less.]
    model_answer: Twice is more, and half is less.
"""


def test_open_questions_are_answered_in_lines_and_marked_by_the_learner(tutor: Tutor, tmp_path: Path) -> None:
    course = write_course(tmp_path / "course", {"lessons/01-first/open.yaml": OPEN})
    ended = tutor("quiz", "first", "--open", stdin="\nIt is more.\nReally.\n\ny\nn\n", course=course)
    assert ended.code == 0
    assert "1. Twice is more." in ended.out
    assert "1 of 2 points." in ended.out
    assert ended.out.index("Half is less.") < ended.out.index("and half is less")
    document = tutor("quiz", "first", "--open", "--json", course=course).json
    assert document["questions"][0]["id"] == "why-double"
    assert tutor("quiz", "first", "--open", stdin="", course=course).code == 2


def test_open_questions_need_a_lesson_that_has_some(tutor: Tutor) -> None:
    ended = tutor("quiz", "first", "--open", stdin="x\n")
    assert (ended.code, "no open questions" in " ".join(ended.err.split())) == (2, True)
    assert tutor("quiz", "--open").code == 2


def test_typed_bytes_that_are_no_text_are_no_answer_and_end_nothing(tutor: Tutor) -> None:
    ended = tutor("quiz", "first", "--seed", "3", stdin=b"\xff\xfe\n\x82a\n:q\n")
    assert ended.code == 2  # nothing was answered, and nobody is there any more
    assert "none of the options" in ended.out
    assert ended.is_clean()


def test_what_is_due_is_told_beside_another_next_step(home: Path) -> None:
    course = load_content(ContentRoot(Path(__file__).parents[2]))
    with Store.open(home, course.id) as store:
        now = standing(course, store)
    due = DueItem("bits", "scale-of-a-matrix", datetime(2026, 1, 1, tzinfo=UTC))
    assert "Due for review" not in map_text(course, now)
    told = map_text(course, replace(now, due_items=(due, due)))
    assert "Due for review: 2 questions. 'tutor quiz --due' asks them." in told
