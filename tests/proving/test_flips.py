"""``benchmarks/flips.py``: what it counts, and when it fails."""

from __future__ import annotations

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


@pytest.mark.parametrize("more", [[], ["--until-named"]])
@pytest.mark.parametrize(
    ("misnamed", "status", "told"),
    [(False, 0, "0 flips, 0 misnamed, 0 faults"), (True, 1, "0 flips, 2 misnamed, 0 faults")],
)
def test_a_wrong_solution_with_another_name_fails_the_run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    misnamed: bool,
    status: int,
    told: str,
    more: list[str],
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
    options = ["--content", str(course), "--gradings", "2", *more]
    assert asyncio.run(flips.run(flips.parser().parse_args(options))) == status
    printed = capsys.readouterr().out
    assert told in printed
    assert printed.count("misnamed: wrong/returns-the-input, seed ") == (2 if misnamed else 0)


@pytest.mark.parametrize(
    ("more", "right", "wrong"),
    [
        ([], 2, 1),
        (["--only", "wrong"], 0, 1),
        (["--solution", "ref*"], 1, 0),
        (["--skip", "reference"], 1, 1),
    ],
)
def test_some_solutions_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], right: int, wrong: int
) -> None:
    course = write_course(tmp_path / "course")
    options = ["--content", str(course), "--gradings", "1", *more]
    assert asyncio.run(flips.run(flips.parser().parse_args(options))) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("doubling"))
    assert row.split()[1:4] == [str(right), "0", str(wrong)]
