"""Ctrl+C while a submission is graded: answered at once, without a traceback, an attempt or a process left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tutor.cli import main
from tutor.cli.ending import signals_cancel

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "tests/grading/course"
ASLEEP = "import time\ndef halve(x):\n    time.sleep(100)\ndef double(x):\n    return x\n"


@dataclass(frozen=True)
class Cancelled:
    """What came of a program that was cancelled: how soon, what it said, and what was below it."""

    seconds: float
    exit_code: int
    lines: list[dict[str, Any]]
    told: str
    below: list[psutil.Process]


def cancel(solution: Path, *, when: str) -> Cancelled:
    """Sends SIGINT to ``tutor submit --json-lines`` once it has told the event ``when``, and waits for its end."""
    command = [sys.executable, "-m", "tutor", "submit", "halve", str(solution), "--json-lines"]
    with subprocess.Popen(
        [*command, "--content", str(COURSE)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        assert program.stdout is not None
        lines = []
        while not lines or lines[-1]["event"] != when:
            lines.append(json.loads(program.stdout.readline()))
        time.sleep(0.1)
        below = psutil.Process(program.pid).children(recursive=True)
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        out, told = program.communicate(timeout=20)
        seconds = time.monotonic() - began
    lines += [json.loads(line) for line in out.splitlines()]
    return Cancelled(seconds, program.returncode, lines, told, below)


def attempts() -> int:
    command = [sys.executable, "-m", "tutor", "progress", "--json", "--content", str(COURSE)]
    progress = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return sum(exercise["attempts"] for exercise in progress["exercises"])


@pytest.mark.slow
@pytest.mark.parametrize("when", ["started", "loaded"])
def test_ctrl_c_is_answered_in_half_a_second_and_leaves_nothing(tmp_path: Path, when: str) -> None:
    solution = tmp_path / "solution.py"
    solution.write_text(ASLEEP)

    tries = [cancel(solution, when=when) for _ in range(3)]

    assert min(each.seconds for each in tries) < 0.5, (
        "the fastest of three, since machines that test are busy"
    )
    for each in tries:
        assert each.exit_code == 130
        assert "Traceback" not in each.told
        assert each.lines[-1]["schema"] == "tutor.verdict/1"
        assert each.lines[-1]["verdict"] == "cancelled"
        assert each.below
        _, alive = psutil.wait_procs(each.below, timeout=2)
        assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert attempts() == 0


@pytest.mark.slow
@pytest.mark.parametrize("command", ["submit", "watch"])
@pytest.mark.parametrize("ended_by", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("in_the_background", [False, True])
def test_who_ends_the_program_or_its_terminal_finds_nothing_left(
    tmp_path: Path, command: str, ended_by: str, in_the_background: bool
) -> None:
    solution = tmp_path / "solution.py"
    solution.write_text(ASLEEP)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = [sys.executable, "-m", "tutor", command, "halve", str(solution), "--content", str(COURSE)]

    with subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=ignore_ctrl_c if in_the_background else None,
    ) as program:
        wait_for(lambda: any(scratch.iterdir()) and len(psutil.Process(program.pid).children(True)) > 2)
        below = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(getattr(signal, ended_by))
        _, told = program.communicate(timeout=20)

    assert program.returncode == 130
    assert "Traceback" not in told
    _, alive = psutil.wait_procs(below, timeout=2)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert list(scratch.iterdir()) == []


def ignore_ctrl_c() -> None:
    """As a shell without job control does it for a command that it puts into the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something is so; fails after ``seconds``."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_cancel():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_while_the_program_is_still_being_imported_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "tutor.cli.entry":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "tutor.cli.entry", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])

    assert main(["list"]) == 130
