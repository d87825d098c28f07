"""A course on another subject, with truths and texts for results: nothing is tied to quantization."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Tutor

COURSE = Path(__file__).parents[1] / "other_course"


def test_it_is_proved(tutor: Tutor) -> None:
    ended = tutor("validate", COURSE, "--mutants", "--json", timeout=120)
    document = ended.json
    assert ended.code == 0, document["problems"]
    assert document["warnings"] == []
    leap, weekday = document["exercises"]
    assert leap["right"] == weekday["right"] == {"passed": 2, "of": 2}
    assert leap["wrong"] == {"rejected": 2, "as_named": 2, "of": 2}
    assert leap["lazy"] == weekday["lazy"] == {"rejected": 9, "of": 9}
    assert leap["mutants"]["share"] == 1.0


def test_it_is_learned_from_end_to_end(tutor: Tutor, tmp_path: Path) -> None:
    def run(*words: str | Path) -> str:
        ended = tutor(*words, course=COURSE)
        assert ended.code == 0, ended.err
        return ended.out

    assert "Leap years" in run("list")
    run("lesson", "leap-years")
    assert "every fourth year" in run("demo", "leap-years", "--years", "1000")
    answers = tmp_path / "answers.json"
    asked = json.loads(run("quiz", "leap-years", "--seed", "4", "--json"))
    answers.write_text(
        json.dumps({"seed": 4, "answers": {"which-century": "fourth-century", "days-of-years": "0"}})
    )
    assert [item["id"] for item in asked["items"]]
    scored = json.loads(run("quiz", "leap-years", "--json", "--answers", answers))
    assert scored["points"] == 1
    for exercise in ("is-leap", "weekday"):
        mine = Path(run("start", exercise).strip())
        mine.write_bytes((COURSE / "graders" / exercise / "reference.py").read_bytes())
        run("submit", exercise)
    wrong = COURSE / "graders" / "is-leap" / "wrong" / "every-fourth-year.py"
    failed = tutor("submit", "is-leap", wrong, "--json", course=COURSE)
    assert failed.code == 1
    assert [check["misconception"] for check in failed.json["checks"]] == ["every-fourth-year"]
    assert "Calendars" in run("prompts", "is-leap")
    assert "no quantizers" in run("map")
    listed = json.loads(run("list", "--json"))
    assert {one["status"] for one in listed["exercises"]} == {"passed"}
