"""One learner's way through the real course, on the command line, from the list to a passed exercise."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "graders" / "per-row-scales" / "reference.py"

# Every key that a document must have, by its place; "[]" stands for each element of a list.
KEYS: dict[str, dict[str, set[str]]] = {
    "tutor.course/1": {
        "": {"schema", "modules", "exercises", "next"},
        "modules[]": {"id", "title", "lessons"},
        "modules[].lessons[]": {"id", "title", "status", "exercises", "quiz_items"},
        "exercises[]": {"id", "title", "lesson", "status", "requires"},
        "next": {"kind", "id", "why"},
    },
    "tutor.lesson/1": {
        "": {"schema", "id", "title", "steps", "try_it", "prompts"},
        "steps[]": {"id", "kind", "title", "markdown"},
        "try_it[]": {"text", "opens"},
        "prompts": {"beginner", "intermediate", "advanced"},
    },
    "tutor.quiz/1": {"": {"schema", "lesson", "seed", "items"}, "items[]": {"id", "kind", "question"}},
    "tutor.quiz-result/1": {
        "": {"schema", "points", "of", "items"},
        "items[]": {"id", "correct", "points", "of", "explanation"},
    },
    "tutor.verdict/1": {
        "": {
            "schema",
            "exercise",
            "verdict",
            "device",
            "solution",
            "seconds",
            "checks",
            "usage",
            "protections",
            "stdout",
        },
        "solution": {"path", "sha256"},
        "checks[]": {
            "id",
            "title",
            "outcome",
            "required",
            "hidden",
            "measurements",
            "message",
            "misconception",
            "hint",
        },
        "checks[].measurements[]": {"name", "value", "limit", "unit", "better"},
        "usage": {"payload_bytes", "peak_host_bytes", "peak_device_bytes", "cpu_seconds"},
    },
    "tutor.progress/1": {
        "": {"schema", "exercises", "quiz", "due"},
        "exercises[]": {"id", "status", "attempts", "first_pass", "misconceptions"},
        "quiz[]": {"lesson", "points", "of", "due"},
    },
    "tutor.doctor/1": {
        "": {"schema", "ok", "findings", "devices"},
        "findings[]": {"id", "state", "detail", "remedy"},
    },
}


class Learner:
    """A learner with a home of their own, typing commands."""

    def __init__(self, home: Path) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("TUTOR_", "PYTEST"))}
        self.environment = {**kept, "TUTOR_HOME": str(home), "COLUMNS": "80"}

    def types(self, *words: str | Path, stdin: str = "", code: int = 0) -> str:
        """What a command prints, if it ends with ``code``."""
        done = subprocess.run(
            [sys.executable, "-m", "tutor", *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def asks(self, *words: str | Path, stdin: str = "", code: int = 0) -> dict[str, Any]:
        """The JSON document that a command prints, checked against the contract."""
        document: dict[str, Any] = json.loads(self.types(*words, "--json", stdin=stdin, code=code))
        check_document(document)
        return document


def check_document(document: Mapping[str, Any]) -> None:
    """All keys of the contract are there, and every number is finite."""
    for place, keys in KEYS[document["schema"]].items():
        for part in _parts(document, place):
            assert keys <= set(part), f"{document['schema']} {place}: {keys - set(part)}"
    for number in _numbers(document):
        assert math.isfinite(number)


def _parts(document: Any, place: str) -> list[Any]:
    parts = [document]
    for name in filter(None, place.split(".")):
        key = name.removesuffix("[]")
        parts = [part[key] for part in parts]
        if name.endswith("[]"):
            parts = [element for part in parts for element in part]
    return parts


def _numbers(value: Any) -> list[float]:
    if isinstance(value, Mapping):
        return [number for one in value.values() for number in _numbers(one)]
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) else []


def some_answer(item: Mapping[str, Any]) -> Any:
    """An answer of the shape that the item's kind takes, right or wrong."""
    options = [option["id"] for option in item.get("options", ())]
    shapes = {
        "single": lambda: options[0],
        "multiple": lambda: options[:1],
        "numeric": lambda: 1,
        "output": lambda: "1",
        "order": lambda: options,
        "match": lambda: {left["id"]: item["right"][0]["id"] for left in item["left"]},
        "code": lambda: "0",
    }
    return shapes[item["kind"]]()


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "home")


@pytest.mark.slow
def test_a_new_learner_reads_runs_is_asked_writes_submits_and_passes(
    learner: Learner, tmp_path: Path
) -> None:
    course = learner.asks("list")
    assert course["next"]["kind"] == "lesson"
    first = course["modules"][0]["lessons"][0]
    assert first["status"] == "new"
    assert first["quiz_items"] >= 12

    lesson = learner.asks("lesson", first["id"])
    assert {"why", "idea", "demo", "notice"} <= {step["kind"] for step in lesson["steps"]}
    assert lesson["steps"][0]["title"] in learner.types("lesson", first["id"])

    demo = learner.types("demo", first["id"], "--device", "cpu", "--seed", "1")
    assert "cpu" in demo.lower()

    quiz = learner.asks("quiz", first["id"], "--seed", "7")
    assert len({item["kind"] for item in quiz["items"]}) >= 5
    answers = {item["id"]: some_answer(item) for item in quiz["items"]}
    answered = tmp_path / "answers.json"
    answered.write_text(json.dumps({"seed": quiz["seed"], "answers": answers}))
    result = learner.asks("quiz", first["id"], "--answers", answered)
    assert [item["id"] for item in result["items"]] == [item["id"] for item in quiz["items"]]
    assert result["of"] >= result["points"] >= 0

    file = Path(learner.types("start", "per-row-scales").strip())
    assert file.is_absolute()
    stub = file.read_bytes()

    unwritten = learner.asks("submit", "per-row-scales", code=1)
    assert unwritten["verdict"] == "error"
    assert "not written yet" in json.dumps(unwritten)
    assert unwritten["next"]
    assert str(file) in unwritten["next"]
    assert unwritten["checks"]
    told = learner.types("submit", "per-row-scales", code=1)
    assert "not written yet" in told
    assert "Next: " in told
    assert file.read_bytes() == stub

    file.write_bytes(REFERENCE.read_bytes())
    verdict = learner.asks("submit", "per-row-scales", "--device", "cpu")
    assert verdict["verdict"] == "passed"
    assert verdict["device"] == "cpu"
    assert verdict["solution"]["path"] == str(file)
    assert {check["outcome"] for check in verdict["checks"] if check["required"]} == {"passed"}
    assert any(check["measurements"] for check in verdict["checks"])

    progress = learner.asks("progress")
    mine = next(exercise for exercise in progress["exercises"] if exercise["id"] == "per-row-scales")
    assert (mine["status"], mine["attempts"]) == ("passed", 3)
    assert mine["first_pass"]
    assert progress["quiz"][0]["lesson"] == first["id"]
    assert "per-row-scales" in learner.types("progress")
    assert learner.types("solution", "per-row-scales")


def test_the_doctor_of_this_machine_says_that_it_can_grade(learner: Learner) -> None:
    assert learner.asks("doctor")["ok"] is True


def test_without_a_terminal_the_map_of_the_course_and_the_next_step_come(learner: Learner) -> None:
    out = learner.types()
    assert "per-row-scales" in out
    assert "Next: " in out
