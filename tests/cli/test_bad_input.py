"""Bad input, and what it gets: one message with the place and the next step, and the right exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import FILES, REFERENCE, Ended, Tutor, environment, write_course

DEFINED = "def double(x):\n    return {}\n"


def _problem(ended: Ended, code: int) -> dict[str, object]:
    """The ``tutor.problem/1`` document of a command that ended with ``code``."""
    assert (ended.code, ended.err) == (code, "")
    document = ended.json
    assert list(document) == ["schema", "exit", "message", "where", "next"]
    assert document["schema"] == "tutor.problem/1"
    assert document["exit"] == code
    assert document["message"]
    assert document["next"]
    return document


# --- words that are wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["sumbit"], "submit"),
        (["list", "--jsn"], "--json"),
        (["submit", "dubling"], "doubling"),
        (["lesson", "frist"], "first"),
        (["lesson", "doubling"], "exercise"),
        (["quiz", "fisrt"], "first"),
        (["demo", "first", "--sed", "3"], "seed"),
        (["prompts", "first", "--open", "claud"], "claude"),
        (["prompts", "first", "--open"], "tutor prompts --help"),
        (["submit"], "EXERCISE"),
        (["demo", "first", "--seed", "99"], "maximum 9"),
        (["demo", "first", "--seed", "many"], "whole number"),
        (["demo", "first", "--knob", "seed"], "NAME=VALUE"),
        (["demo", "first", "--device", "gpu"], "cuda"),
        (["prompts", "first", "--level", "expert"], "advanced"),
        (["quiz", "--due", "--placement"], "only one"),
        (["practice"], "--random"),
        (["export", "--as", "pdf", "x"], "notebook"),
        (["list", "--content", "/nonexistent"], "lessons"),
    ],
)
def test_a_wrong_word_exits_2_and_names_the_right_one(tutor: Tutor, words: list[str], hint: str) -> None:
    ended = tutor(*words)
    assert ended.code == 2
    assert ended.out == ""
    assert hint in ended.err
    assert "next:" in ended.err
    assert ended.is_clean()


@pytest.mark.parametrize(
    "words", [["list", "--jsno", "--json"], ["nothing", "--json"], ["submit", "nope", "--json"]]
)
def test_with_json_a_wrong_word_gives_the_problem_document(tutor: Tutor, words: list[str]) -> None:
    _problem(tutor(*words), 2)


def test_an_id_full_of_control_characters_reaches_no_terminal(tutor: Tutor) -> None:
    ended = tutor("submit", "\x1b]0;title\x07\x1b[2J")
    assert ended.code == 2
    assert ended.is_clean()


# --- files that are no submission -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device"])
def test_what_is_no_file_exits_2_and_is_no_attempt(tutor: Tutor, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it.py"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    problem = _problem(tutor("submit", "doubling", path, "--json", timeout=30), 2)
    assert str(path) in str(problem["where"])
    assert tutor("progress", "--json").json["exercises"][0]["attempts"] == 0


@pytest.mark.parametrize("words", [["import"], ["verify"], ["quiz", "first", "--answers"]])
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    tutor: Tutor, tmp_path: Path, words: list[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ended = tutor(*words, pipe, timeout=30)
    assert ended.code == 2
    assert str(pipe) in ended.err


def test_a_name_that_no_system_takes_is_told(tutor: Tutor) -> None:
    problem = _problem(tutor("submit", "doubling", "--json", "--junit", "a" * 300), 2)
    assert "File name too long" in str(problem["message"])


def test_an_exercise_that_was_not_started_says_how_to(tutor: Tutor) -> None:
    problem = _problem(tutor("submit", "doubling", "--json"), 2)
    assert "tutor start doubling" in str(problem["next"])
    for command in ("try", "watch", "diff"):
        ended = tutor(command, "doubling")
        assert ended.code == 2
        assert "tutor start doubling" in ended.err


def test_an_impossible_junit_file_is_said_before_the_grading(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(REFERENCE)
    ended = tutor("submit", "doubling", file, "--junit", tmp_path / "no" / "such" / "x.xml")
    assert ended.code == 2
    assert "--junit" in ended.err


def test_a_device_that_is_not_there_exits_3_and_is_no_attempt(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(REFERENCE)
    _problem(tutor("submit", "doubling", file, "--device", "cuda:7", "--json"), 3)
    assert tutor("demo", "first", "--device", "cuda:7").code == 3
    assert tutor("progress", "--json").json["exercises"][0]["attempts"] == 0


# --- submissions that get a verdict ---------------------------------------------------------------

SOURCES: dict[str, tuple[bytes, str, int, str]] = {
    "binary": (bytes(range(256)) * 40, "error", 1, ""),
    "not utf-8": ("name = 'é'\n".encode("latin-1") + DEFINED.format("2 * x").encode(), "error", 1, ""),
    "declared latin-1": ("# coding: latin-1\n# é\n".encode("latin-1") + REFERENCE.encode(), "passed", 0, ""),
    "50 MB": (b"#" * 50_000_000, "error", 1, "50,000,000 bytes"),
    "empty": (b"", "error", 1, "double"),
    "missing function": (b"def halve(x):\n    return x\n", "error", 1, "Expected a function `double`"),
    "wrong arity": (b"def double():\n    return 2\n", "error", 1, "double(x: float)"),
    "wrong type": (DEFINED.format("'text'").encode(), "failed", 1, "Came"),
    "NaN": (DEFINED.format("float('nan')").encode(), "failed", 1, "Came"),
    "raises": (DEFINED.format("1 / 0").encode(), "error", 1, "ZeroDivisionError"),
    "exits": (b"import os\ndef double(x):\n    os._exit(0)\n", "error", 1, "ended itself"),
    "syntax": (b"def double(x:\n    return 2\n", "error", 1, "not valid Python"),
    "wrong": (DEFINED.format("x").encode(), "failed", 1, "doubling leaves a number as it is"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_what_could_be_read_gets_a_verdict(tutor_here: Tutor, tmp_path: Path, name: str) -> None:
    source, verdict, code, words = SOURCES[name]
    file = tmp_path / "mine.py"
    file.write_bytes(source)
    ended = tutor_here("submit", "doubling", file, "--json")
    document = ended.json
    assert (document["verdict"], ended.code) == (verdict, code)
    assert words in json.dumps(document, ensure_ascii=False)
    assert "site-packages" not in ended.out
    assert "/tutor/" not in json.dumps(document["checks"])
    assert ended.err == ""
    assert ended.is_clean()
    assert file.read_bytes() == source
    attempts = tutor_here("progress", "--json").json["exercises"][0]["attempts"]
    assert attempts == 1


def test_a_flood_of_prints_is_cut(tutor_here: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "def double(x):\n    for _ in range(100):\n        print('x' * 1_000_000)\n    return 2 * x\n"
    )
    ended = tutor_here("submit", "doubling", file, "--json")
    assert ended.json["verdict"] == "passed"
    assert 0 < len(ended.json["stdout"]) < 100_000


def test_an_endless_loop_is_a_timeout_with_the_line(tutor: Tutor, tmp_path: Path) -> None:
    limits = FILES["exercises/doubling/exercise.yaml"].replace(
        "notice:", "limits: {cpu_seconds: 1, wall_seconds: 30}\n        notice:"
    )
    course = write_course(tmp_path / "course", {"exercises/doubling/exercise.yaml": limits})
    file = tmp_path / "mine.py"
    file.write_text("def double(x):\n    while True:\n        pass\n")
    ended = tutor("submit", "doubling", file, "--json", course=course)
    assert (ended.json["verdict"], ended.code) == ("timeout", 4)
    assert "double" in ended.json["message"]


def test_ctrl_c_ends_a_submit_with_130_and_no_attempt(
    tutor: Tutor, home: Path, small_course: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text("import time\ndef double(x):\n    time.sleep(60)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "submit", "doubling", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, small_course),
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in out + errors
    assert b"Cancelled" in errors
    assert tutor("progress", "--json").json["exercises"][0]["attempts"] == 0


# --- homes and courses that are broken ------------------------------------------------------------


def _as_nobody() -> list[str]:
    """A prefix that runs a command without root's rights, where the tests run as root."""
    return [] if os.geteuid() else ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def test_a_read_only_home_exits_3_and_says_so(tutor: Tutor, tmp_path: Path) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv")
    course = write_course(tmp_path / "course")
    to_the_root = [folder for folder in tmp_path.parents if folder.name.startswith(("pytest-", "popen-"))]
    for folder in (tmp_path, *to_the_root, *course.rglob("*"), course):
        folder.chmod(0o755)
    home = tmp_path / "sealed"
    home.mkdir(mode=0o555)
    for words in (["list"], ["start", "doubling"], ["hint", "doubling"]):
        ended = tutor(*words, env={"TUTOR_HOME": str(home)}, prefix=_as_nobody(), course=course)
        assert ended.code == 3, ended
        assert str(home) in ended.err
        assert "TUTOR_HOME" in ended.err
        assert ended.is_clean()


def test_a_home_that_is_a_file_exits_3(tutor: Tutor, tmp_path: Path) -> None:
    home = tmp_path / "home-file"
    home.write_text("")
    ended = tutor("list", "--json", env={"TUTOR_HOME": str(home)})
    assert str(home) in str(_problem(ended, 3)["where"])


def test_a_full_disk_exits_3_and_loses_nothing(tutor: Tutor, tmp_path: Path) -> None:
    assert tutor("hint", "doubling").code == 0
    # A limit on file size is the full disk that a test can make: writing fails in the middle.
    ended = tutor("hint", "doubling", prefix=["prlimit", "--fsize=4096"] if shutil.which("prlimit") else [])
    if shutil.which("prlimit"):
        assert ended.code == 3
        assert ended.is_clean()
        assert tutor("hint", "doubling").out.startswith("Hint 2 of 3")


def test_a_database_of_a_newer_tutor_exits_3_and_is_left_alone(tutor: Tutor, home: Path) -> None:
    assert tutor("hint", "doubling").code == 0
    file = home / "progress.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    problem = _problem(tutor("list", "--json"), 3)
    assert "newer" in str(problem["message"])
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (9999,)
    connection.close()


BROKEN: dict[str, tuple[str, Callable[[str], str], str]] = {
    "unknown key": ("exercises/doubling/exercise.yaml", lambda t: t.replace("brief:", "breif:"), "brief"),
    "no yaml": ("lessons/01-first/lesson.yaml", lambda t: t + "\n  ]]] {\n", "lesson.yaml"),
    "wrong type": (
        "exercises/doubling/exercise.yaml",
        lambda t: t.replace("order: 1", "order: first"),
        "order",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_content_exits_2_with_file_and_line(tutor: Tutor, tmp_path: Path, name: str) -> None:
    file, change, words = BROKEN[name]
    course = write_course(tmp_path / "course", {file: change(FILES[file])})
    problem = _problem(tutor("list", "--json", course=course), 2)
    assert f"{file}:" in str(problem["where"])
    assert words in json.dumps(problem)


def test_an_unforeseen_error_exits_5_with_a_report_and_no_traceback(
    tutor: Tutor, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import tutor.course as course\n"
        "def broken(*_, **__):\n    raise RuntimeError('kaboom')\n"
        "course.load_content = broken\n"
    )
    here = str(Path(__file__).parents[2])
    ended = tutor("list", "--json", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{here}"})
    problem = _problem(ended, 5)
    report = Path(str(problem["where"]))
    assert report.parent == home / "crashes"
    assert "kaboom" in report.read_text()
    assert "kaboom" not in ended.out


# --- files of answers and of progress -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"seed": 1}',
        '{"seed": "x", "answers": {}}',
        '{"seed": 1, "answers": {"nope": 1}}',
    ],
)
def test_answers_of_the_wrong_shape_exit_2(tutor: Tutor, text: str) -> None:
    _problem(tutor("quiz", "first", "--answers", "-", "--json", stdin=text), 2)


def test_missing_answers_and_a_folder_of_answers_exit_2(tutor: Tutor, tmp_path: Path) -> None:
    for file in (tmp_path / "missing.json", tmp_path):
        _problem(tutor("quiz", "first", "--answers", file, "--json"), 2)


def test_a_quiz_without_anybody_to_answer_says_so(tutor: Tutor) -> None:
    ended = tutor("quiz", "first")
    assert ended.code == 2
    assert "--answers" in ended.err


def test_importing_what_was_not_exported_changes_nothing(tutor: Tutor, tmp_path: Path) -> None:
    file = tmp_path / "not.jsonl"
    file.write_text('{"schema": "tutor.events/1"}\n{"type": "nonsense"}\n')
    ended = tutor("import", file)
    assert ended.code == 2
    assert f"{file}:2" in ended.err
    assert "Nothing was imported" in ended.err
    assert tutor("import", tmp_path / "missing").code == 2
