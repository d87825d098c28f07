"""A disk that is full and a folder that is read-only, for real: file systems of a namespace of their own, for any user.

Skipped, with the reason, where the system lets nobody make one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.progress.world import COURSE, verdict
from tutor.progress import Store, workspace

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
SMALL = 'mount -t tmpfs -o size=2m tmpfs "$1" && shift && exec "$@"'
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro,nosuid,nodev "$1" && shift && exec "$@"'


def within(mounts: str, folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command where ``folder`` is what ``mounts`` makes of it; skips where that is not allowed."""
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounts, "sh", str(folder)]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system does not let a user mount anything in a namespace of their own")
    environment = {**ENVIRONMENT, "TUTOR_HOME": str(folder), "TUTOR_CONTENT": str(COURSE)}
    done = subprocess.run(
        [*namespace, *command], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


FULL_DISK = """
import os, sys
from pathlib import Path
from tests.progress.world import COURSE, verdict
from tutor.course import load_content
from tutor.errors import EnvironmentProblem
from tutor.paths import ContentRoot
from tutor.progress import Store, practice, workspace
from tutor.progress.exchange import export_events
from tutor.progress.keeping import write_output

home = Path(sys.argv[1])
index = Path(sys.argv[2])
exercise = load_content(ContentRoot(COURSE), index=index).exercise("per-row-scales")
refused = []

def expect_refused(action):
    try:
        action()
    except EnvironmentProblem as problem:
        assert "no space left" in str(problem) and "\\n" not in str(problem), problem
        refused.append(action)
    else:
        raise AssertionError("there was space")

with Store.open(home, "tiny") as store:
    mine = workspace.start_exercise(store, exercise)
    work = os.urandom(40_000)
    workspace.save(store, exercise, work, over=mine.read_bytes())
    kept = [store.record_attempt(verdict("per-row-scales"), source=b"first")]
    with open(home / "other", "wb", buffering=0) as other:  # another program fills the disk to its last byte
        try:
            while True:
                other.write(bytes(4096))
        except OSError:
            pass
    expect_refused(lambda: workspace.save(store, exercise, os.urandom(50_000), over=work))
    expect_refused(lambda: workspace.start_exercise(store, exercise, reset=True))
    expect_refused(lambda: practice.practise(store, exercise))
    expect_refused(lambda: write_output(mine, b"output", home))
    expect_refused(lambda: write_output(home / "export.jsonl", bytes(200_000), home))
    assert mine.read_bytes() == work
    try:  # what is left of the log's last page may take some; then no more
        for number in range(1000):
            kept.append(store.record_attempt(verdict("per-row-scales"), source=b"%d" % number * 500))
    except EnvironmentProblem as problem:
        assert "no space left" in str(problem), problem
    else:
        raise AssertionError("a thousand attempts on a full disk")
    assert [one.id for one in store.attempts("per-row-scales")] == kept
with Store.open(home, "tiny") as store:
    assert store.notices == ()
    assert [one.id for one in store.attempts("per-row-scales")] == kept
    (home / "other").unlink()
    store.record_event("step", "bits", {"step": "why"})
    workspace.start_exercise(store, exercise, reset=True)
    assert workspace.backups(home)[0].path.read_bytes() == work
    assert not list(home.rglob("*.part"))
print(len(refused))
"""


def test_a_full_disk_takes_neither_records_nor_the_learners_file(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    script = [sys.executable, "-c", FULL_DISK, str(home), str(tmp_path / "index")]
    assert within(SMALL, home, *script).stdout == "5\n"


@pytest.mark.parametrize("words", [["progress"], ["start", "per-row-scales"], ["export", "out.jsonl"]])
def test_a_read_only_home_is_told_in_one_line_by_the_program_also_to_root(home, content, words, tmp_path):
    with Store.open(home, "tiny") as store:
        workspace.start_exercise(store, content.exercise("per-row-scales"))
        store.record_attempt(verdict("per-row-scales"), source=b"x")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    words = [str(tmp_path / word) if word == "out.jsonl" else word for word in words]
    told = within(READ_ONLY, home, sys.executable, "-m", "tutor", *words, check=False)
    assert told.returncode == 3
    line, *place = told.stderr.splitlines()
    assert line == "tutor: The tutor may not write here, so it could not remember anything."
    assert [one.split(":")[0].strip() for one in place] == ["where", "next"]
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
