"""submit, watch, validate and doctor as real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import REFERENCE, STUB, Tutor, environment, write_course
from tutor.cli import main

WRONG = "def double(x):\n    return x\n"


def test_a_pass_tells_the_bars_the_device_and_the_next_step(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(REFERENCE)
    junit = tmp_path / "junit.xml"
    ended = tutor("submit", "doubling", file, "--junit", junit)
    assert ended.code == 0
    for words in ("Passed", "on cpu", "✓ Twice a number comes back", "│", "Protections:", "Next: "):
        assert words in ended.out
    assert ended.is_clean()
    assert ElementTree.parse(junit).getroot().get("failures") == "0"
    shown = tutor("solution", "doubling")
    assert shown.code == 0
    assert "return 2 * x" in shown.out


def test_the_untouched_stub_is_not_written_yet(tutor: Tutor) -> None:
    tutor("start", "doubling")
    ended = tutor("submit", "doubling", "--json")
    assert ended.code == 1
    document = ended.json
    assert document["verdict"] == "error"
    assert "not written yet" in document["message"]
    assert document["next"]
    assert [check["outcome"] for check in document["checks"]] == ["error"]


def test_json_lines_end_with_the_verdict(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(WRONG)
    ended = tutor("submit", "doubling", file, "--json-lines")
    assert ended.code == 1
    *events, verdict = [json.loads(line) for line in ended.out.splitlines()]
    assert [event["event"] for event in events] == ["started", "loaded", "check"]
    assert verdict["schema"] == "tutor.verdict/1"
    assert verdict["checks"] == [events[-1]["check"]]
    assert verdict["checks"][0]["misconception"] == "returns-the-input"


class Watching:
    """``tutor watch --json`` as a process; its lines as they come."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.decode())

    def verdict(self, seconds: float = 30) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._lines.get(timeout=seconds))
        return document

    def is_silent(self, seconds: float) -> bool:
        try:
            self._lines.get(timeout=seconds)
        except Empty:
            return True
        return False


@pytest.fixture(params=["--json", "--poll"])
def watching(
    request: pytest.FixtureRequest, tutor: Tutor, home: Path, small_course: Path
) -> Iterator[tuple[Watching, Path]]:
    file = Path(tutor("start", "doubling").out.strip())
    words = ["watch", "doubling", "--json", *([request.param] if request.param != "--json" else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, small_course),
    )
    yield Watching(process), file
    process.kill()
    process.communicate()


def test_watch_grades_at_once_and_once_at_each_save(watching: tuple[Watching, Path]) -> None:
    watch, file = watching
    assert watch.verdict()["verdict"] == "error"
    file.write_text(WRONG)
    assert watch.verdict()["verdict"] == "failed"
    # An editor's atomic save: another file takes the place.
    fresh = file.with_suffix(".tmp")
    fresh.write_text(REFERENCE)
    os.replace(fresh, file)
    assert watch.verdict()["verdict"] == "passed"
    # A save in three writes.
    with file.open("w") as half:
        for part in (STUB[:20], STUB[20:40], STUB[40:]):
            half.write(part)
            half.flush()
            time.sleep(0.02)
    assert watch.verdict()["verdict"] == "error"
    assert watch.is_silent(2)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(20) == 130
    assert watch.process.stderr is not None
    assert b"Traceback" not in watch.process.stderr.read()


def test_a_save_during_a_grading_cancels_it(tutor: Tutor, home: Path, small_course: Path) -> None:
    file = Path(tutor("start", "doubling").out.strip())
    file.write_text("import time\ndef double(x):\n    time.sleep(30)\n    return 2 * x\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "watch", "doubling", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, small_course),
    )
    watch = Watching(process)
    try:
        assert watch.is_silent(4)
        file.write_text(REFERENCE)
        assert watch.verdict(20)["verdict"] == "passed"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        process.communicate()
    exercises = tutor("progress", "--json").json["exercises"]
    assert exercises[0]["attempts"] == 1


def test_a_file_that_goes_and_comes_back_is_graded_again(
    tutor: Tutor, home: Path, small_course: Path
) -> None:
    file = Path(tutor("start", "doubling").out.strip())
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "watch", "doubling", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, small_course),
    )
    watch = Watching(process)
    try:
        assert watch.verdict()["verdict"] == "error"
        file.unlink()
        assert watch.is_silent(0.5)
        file.write_text(REFERENCE)
        assert watch.verdict()["verdict"] == "passed"
    finally:
        process.kill()
        process.communicate()


def test_validate_proves_a_course_and_exits_2_where_a_grader_is_weak(tutor: Tutor, tmp_path: Path) -> None:
    proved = tutor("validate", "--json")
    document = proved.json
    assert proved.code == 0, document["problems"]
    assert document["schema"] == "tutor.validation/1"
    [exercise] = document["exercises"]
    assert exercise["stub_fails"] is True
    assert exercise["right"] == {"passed": 2, "of": 2}
    assert exercise["wrong"] == {"rejected": 1, "as_named": 1, "of": 1}
    assert exercise["mutants"] is None
    weak = write_course(tmp_path / "weak", {"graders/doubling/wrong/returns-the-input.py": REFERENCE})
    refused = tutor("validate", weak)
    assert refused.code == 2
    assert "0 of 1 wrong rejected" in refused.out
    assert "wrong-passes" in refused.out


def test_validate_of_a_broken_course_names_file_and_line(tutor: Tutor, tmp_path: Path) -> None:
    course = write_course(tmp_path / "broken", {"lessons/01-first/prompts.yaml": "begginer: x\n"})
    ended = tutor("validate", course, "--json")
    assert ended.code == 2
    problem = ended.json["problems"][0]
    assert set(problem) >= {"file", "line", "column", "code", "message"}
    assert problem["file"].endswith("prompts.yaml")


def test_the_doctor_lists_findings_with_remedies_and_devices(tutor: Tutor) -> None:
    ended = tutor("doctor", "--json")
    document = ended.json
    assert (ended.code, document["schema"], document["ok"]) == (0, "tutor.doctor/1", True)
    assert all(set(finding) >= {"id", "state", "detail", "remedy"} for finding in document["findings"])
    assert document["devices"][0]["id"] == "cpu"


def test_a_report_holds_no_code_unless_asked(
    tutor: Tutor,
    home: Path,
    small_course: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "mine.py"
    file.write_text("my_secret_name = 1 / 0\n")
    tutor("submit", "doubling", file)
    monkeypatch.setenv("TUTOR_HOME", str(home))
    monkeypatch.setenv("TUTOR_CONTENT", str(small_course))
    monkeypatch.setattr("tutor.cli.examining.examined", lambda: {"findings": [], "devices": []})
    assert main(["report", "doubling"]) == 0
    told = capsys.readouterr().out
    assert "verdict: error on cpu" in told
    assert "my_secret_name" not in told
    assert main(["report", "doubling", "--code"]) == 0
    assert "my_secret_name" in capsys.readouterr().out
