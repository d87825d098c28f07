"""Commands start fast: what they import is what they need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment

HEAVY = (
    "torch",
    "numpy",
    "textual",
    "rich",
    "pydantic",
    "transformers",
    "watchfiles",
    "fsrs",
    "jinja2",
    "yaml",
)
LOADED = """
import json, sys
from tutor.cli import main
code = main(sys.argv[1:])
print()
print(json.dumps([code, sorted(name for name in sys.modules if "." not in name)]))
"""


def _imported(words: list[str], home: Path, course: Path) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        capture_output=True,
        env=environment(home, course),
        timeout=60,
        check=True,
    )
    code, names = json.loads(done.stdout.splitlines()[-1])
    return code, set(names)


@pytest.mark.parametrize(
    "words", [["--version"], ["list"], ["list", "--json"], ["progress"], ["hint", "doubling"]]
)
def test_what_only_lists_imports_nothing_heavy(words: list[str], home: Path, small_course: Path) -> None:
    _imported(["list"], home, small_course)  # the index is written
    code, names = _imported(words, home, small_course)
    assert code == 0
    allowed = {"hint": {"pydantic", "yaml"}}.get(words[0], set())
    assert names & (set(HEAVY) - allowed) == set()


def test_the_graders_processes_start_before_the_course_is_read(home: Path, small_course: Path) -> None:
    script = (
        "import sys\n"
        "from tutor.grading.grader import Grader\n"
        "def start(self):\n"
        "    sys.stdout.write(' '.join(sorted(name for name in sys.modules if '.' not in name)))\n"
        "    raise SystemExit(0)\n"
        "Grader.start = start\n"
        "from tutor.cli import main\n"
        "main(['submit', 'doubling'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(home, small_course),
        timeout=60,
        check=False,
    )
    assert "asyncio" in done.stdout, done.stderr
    assert set(done.stdout.split()) & {*HEAVY, "sqlite3"} == set()
