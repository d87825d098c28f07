"""``benchmarks/flips.py``: what it counts, and when it fails."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pytest

from benchmarks import flips
from tests.cli.conftest import FILES, write_course

CHECKS = "graders/doubling/test_doubling.py"
NAMED = '"returns-the-input" if came == x'
ALSO = """\
          - id: takes-twice-for-once
            thought: once is twice
            message: It is half of it.
        notice:"""


@pytest.mark.parametrize(
    ("misnamed", "status", "told"),
    [(False, 0, "0 flips, 0 misnamed, 0 faults"), (True, 1, "0 flips, 2 misnamed, 0 faults")],
)
def test_a_wrong_solution_with_another_name_fails_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], misnamed: bool, status: int, told: str
) -> None:
    changes = {"exercises/doubling/exercise.yaml": FILES["exercises/doubling/exercise.yaml"]}
    if misnamed:
        changes["exercises/doubling/exercise.yaml"] = changes["exercises/doubling/exercise.yaml"].replace(
            "        notice:", ALSO
        )
        changes[CHECKS] = FILES[CHECKS].replace(
            NAMED, NAMED.replace("returns-the-input", "takes-twice-for-once")
        )
    course = write_course(tmp_path / "course", changes)
    options = argparse.Namespace(content=course, gradings=2, seed=1, exercise=None, only=None)
    assert asyncio.run(flips.run(options)) == status
    printed = capsys.readouterr().out
    assert told in printed
    assert printed.count("misnamed: wrong/returns-the-input, seed ") == (2 if misnamed else 0)
