"""``tutor grade`` as a real process: real gradings, hostile submissions, kills at any moment."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.class_kills import soak
from tests.classroom.conftest import RIGHT, WRONG, Files, zipped
from tests.cli.conftest import Ended, environment

pytestmark = pytest.mark.alone

Write = Callable[[Files], Path]
Grade = Callable[..., Ended]

CLASS: dict[str, bytes] = {
    "Ada/doubling.py": RIGHT,
    "Bob/doubling.py": RIGHT,
    "李雷/doubling.py": b"# own\n" + RIGHT,
    "=cmd()/doubling.py": WRONG,
    "dee/doubling.py": b"raise SystemExit('passed')\n",
    "fay/doubling.py": b"",
    "gil/doubling.py": b"#" * 2_000_000,
}
KILLS = 8


@pytest.fixture
def grade(course: Path, home: Path, tmp_path: Path) -> Grade:
    """Runs ``tutor grade`` in a folder of its own."""

    def run(*words: str | Path, timeout: float = 120) -> Ended:
        done = subprocess.run(
            command(*words), env=environment(home, course), cwd=tmp_path, capture_output=True, timeout=timeout
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "tutor", "grade", *map(str, words), "--device", "cpu"]


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_a_class_with_everything_in_it_has_a_row_for_everybody(
    grade: Grade, handed_in: Write, home: Path, tmp_path: Path
) -> None:
    folder = handed_in(CLASS)
    zipped(folder / "hal.zip", {"doubling.py": RIGHT, "zeros": b"\0" * 50_000_000})
    zipped(folder / "ida.zip", {"../../doubling.py": RIGHT})
    os.symlink("/etc/passwd", folder / "Ada" / "link.py")

    ended = grade(folder, "--out", "book.csv")

    assert ended.code == 0, ended.err
    assert ended.is_clean()
    assert not list(home.rglob("progress.db"))  # nobody's own progress
    book = {row["file"]: row for row in rows(tmp_path / "book.csv")}
    assert list(rows(tmp_path / "book.csv")[0]) == (
        [
            "student",
            "exercise",
            "file",
            "verdict",
            "points",
            "of",
            "misconceptions",
            "seconds",
            "sha256",
            "message",
        ]
    )
    assert {file: row["verdict"] for file, row in book.items()} == {
        "'=cmd()/doubling.py": "failed",
        "Ada/doubling.py": "passed",
        "Ada/link.py": "error",
        "Bob/doubling.py": "passed",
        "dee/doubling.py": "error",
        "fay/doubling.py": "error",
        "gil/doubling.py": "error",
        "hal.zip": "error",
        "ida.zip/doubling.py": "error",
        "李雷/doubling.py": "passed",
    }
    assert (book["Ada/doubling.py"]["points"], book["Ada/doubling.py"]["of"]) == ("1", "1")
    assert book["'=cmd()/doubling.py"]["misconceptions"] == "returns-the-input"
    assert "identical files, graded once" in book["Bob/doubling.py"]["message"]
    for file, says in {
        "fay/doubling.py": "An empty file (0 bytes)",
        "gil/doubling.py": "2,000,000 bytes",
        "hal.zip": "zip bomb",
        "ida.zip/doubling.py": "path traversal",
        "Ada/link.py": "A link",
    }.items():
        assert says in book[file]["message"]

    again = grade(folder, "--out", "book.jsonl", "--json")
    assert again.json["graded"] == 0
    assert again.json["from_journal"] == 6
    lines = [json.loads(line) for line in (tmp_path / "book.jsonl").read_text().splitlines()]
    assert [line["file"].lstrip("'") for line in lines] == [file.lstrip("'") for file in book]
    assert next(line for line in lines if line["student"] == "Bob")["verdict_document"]["verdict"] == "passed"

    told = grade(folder, "--out", "book.csv")
    assert "with its reason in the gradebook: 3 (Ada/link.py, " in told.out
    ungraded = grade("--again", "Ada/link.py")
    assert (ungraded.code, "There is nothing to repeat" in ungraded.err) == (2, True)


def test_a_row_is_repeated_exactly_a_plan_is_made_and_the_gradebook_is_signed(
    grade: Grade, handed_in: Write, home: Path, course: Path, tmp_path: Path
) -> None:
    folder = handed_in({"ada/doubling.py": RIGHT, "bob/doubling.py": WRONG})
    nothing_yet = grade("--plan", "10")
    assert (nothing_yet.code, "No class was graded here yet" in nothing_yet.err) == (2, True)
    assert grade(folder, "--out", "book.csv", "--sign", "--seed", "7").code == 0
    other_seed = grade(folder, "--out", "book.csv", "--seed", "8")
    assert (other_seed.code, "another seed" in other_seed.err) == (2, True)
    before = (tmp_path / "book.csv").read_bytes()

    again = grade("--again", "2", "--json")  # of the class graded last
    assert (again.code, again.json["same"], again.json["now"]["verdict"]) == (0, True, "failed")
    figures = [
        document["checks"][0]["measurements"][0]["value"]
        for document in (again.json["before"], again.json["now"])
    ]
    assert figures[0] == figures[1]  # drawn from the same seed
    assert grade(folder, "--out", "book.csv", "--again", "nobody.py").code == 2
    assert "Of bob: bob/doubling.py." in grade("--again", "bob").err

    plan = grade(
        folder, "--out", "book.csv", "--plan", "1000", "--workers", "4", "--price", "2", "--json"
    ).json
    assert (plan["submissions"], plan["workers"], plan["measured_gradings"]) == (1000, 4, 2)
    assert plan["seconds"] == pytest.approx(1000 * plan["seconds_each"] / 4, rel=0.01)
    assert plan["cost"] == pytest.approx(2 * plan["worker_hours"], abs=0.01)
    assert (tmp_path / "book.csv").read_bytes() == before

    def verify() -> int:
        words = [sys.executable, "-m", "tutor", "verify", "book.csv"]
        return subprocess.run(
            words, env=environment(home, course), cwd=tmp_path, capture_output=True
        ).returncode

    assert verify() == 0
    (tmp_path / "book.csv").write_bytes(before.replace(b"failed", b"passed"))
    assert verify() == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere", "--out", "x.csv"], "no such folder"),
        (["class"], "a place for its gradebook"),
        ([".", "--out", "no/such/x.csv"], "can't be written"),
        (["class", "--out", "x.csv", "--engine", "abacus"], "no engine"),
        (["class", "--out", "x.csv", "--format", "odf"], "no format"),
        (["class", "--out", "x.csv", "--exercise", "nf5"], "nf5"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_graded(
    grade: Grade, handed_in: Write, words: list[str], says: str
) -> None:
    handed_in({"ada/doubling.py": RIGHT})
    ended = grade(*words)
    assert (ended.code, ended.is_clean()) == (2, True)
    assert says in ended.err


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(
    handed_in: Write, course: Path, home: Path, tmp_path: Path
) -> None:
    folder = handed_in({f"s{n:02}/doubling.py": b"# %d\n" % n + RIGHT for n in range(60)})
    words = command(folder, "--out", tmp_path / "book.csv")
    process = subprocess.Popen(words, env=environment(home, course), cwd=tmp_path, stderr=subprocess.PIPE)
    log = tmp_path / "class.journal-wal"
    while process.poll() is None and not (log.exists() and log.stat().st_size > 30_000):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"the same command goes on" in told
    assert b"Traceback" not in told
    assert not (tmp_path / "book.csv").exists()


@pytest.mark.skipif(
    find_spec("ray") is not None, reason="Ray is installed: tests/classroom/test_ray.py uses it"
)
def test_without_ray_its_engine_says_what_to_install(grade: Grade, handed_in: Write) -> None:
    ended = grade(handed_in({"ada/doubling.py": RIGHT}), "--out", "book.csv", "--engine", "ray")
    assert (ended.code, "pip install 'tutor[ray]'" in ended.err) == (3, True)


def test_a_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one(
    handed_in: Write, course: Path, home: Path, tmp_path: Path
) -> None:
    folder = handed_in(
        {f"s{n:02}/doubling.py": b"# %d\n" % n + (WRONG if n % 3 else RIGHT) for n in range(24)}
    )
    done = soak(folder, tmp_path, KILLS, 3.5, ["--device", "cpu"], environment(home, course))
    assert done.killed == done.calm
    assert done.kept[-1] > 0  # it was gradings that were disturbed
    assert len(done.calm) == 24
