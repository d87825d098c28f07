"""The app on a real terminal that is resized, suspended, hung up, killed: state kept, nothing left behind."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.terminals import Terminal, lives
from tutor.paths import ContentRoot
from tutor.progress import Store

REPOSITORY = Path(__file__).resolve().parents[2]
ON, OFF = "\x1b[?1049h", "\x1b[?1049l"  # the alternate screen


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    """The app with its map filled, and its grader warm."""
    with Terminal.open(home) as opened:
        opened.wait_for("▸")
        opened.until(lambda: _has_zygotes(opened.pid), "no grader was started")
        yield opened


def _has_zygotes(pid: int) -> bool:
    children = psutil.Process(pid).children(recursive=True)
    return sum("tutor.sandbox.stem" in " ".join(child.cmdline()) for child in children) >= 2


def place(home: Path) -> dict[str, object]:
    """Where the learner is in the first lesson."""
    from tutor.course import load_content

    store = Store.open(home, load_content(ContentRoot(REPOSITORY)).info.id)
    kept = store.bookmark("lesson:bits")
    assert isinstance(kept, dict)
    return kept


def test_a_terminal_that_hangs_up_ends_all_of_it_and_keeps_the_place(terminal: Terminal, home: Path) -> None:
    terminal.type("\r")
    terminal.wait_for("Why")
    terminal.type("n")
    terminal.read(1.0)
    terminal.meet_family()
    terminal.hang_up()
    deadline = time.monotonic() + 15
    while lives(terminal.pid):
        assert time.monotonic() < deadline, "it goes on without a terminal"
        os.waitpid(terminal.pid, os.WNOHANG)
        time.sleep(0.05)
    terminal.nothing_is_left()
    assert place(home)["page"] != "why"


def test_a_request_to_end_gives_the_terminal_back(terminal: Terminal, home: Path) -> None:
    terminal.meet_family()
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended() == 128 + signal.SIGTERM
    assert terminal.printed.rindex(OFF) > terminal.printed.rindex(ON)
    assert terminal.printed.rindex("\x1b[?25h") > terminal.printed.rindex("\x1b[?25l"), "the cursor is back"
    assert terminal.printed.rindex("\x1b[?1000l") > terminal.printed.rindex("\x1b[?1000h"), (
        "the mouse is free"
    )
    terminal.nothing_is_left()


def test_a_kill_leaves_no_process_and_loses_no_place(terminal: Terminal, home: Path) -> None:
    terminal.type("\r")
    terminal.wait_for("Why")
    terminal.type("nn")
    terminal.read(1.5)
    before = place(home)
    terminal.meet_family()
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ended() == -signal.SIGKILL
    terminal.nothing_is_left()
    again = Terminal.open(home)
    try:
        again.wait_for("▸")
        again.type("\r")
        again.read(2.0)
        assert place(home) == before
        again.type("q")
        again.read(0.5)
        again.type("q")
        assert again.ended() == 0
    finally:
        again.close()


def test_it_is_suspended_and_comes_back_with_its_screen(terminal: Terminal) -> None:
    before = len(terminal.printed)
    terminal.type("\x1a")
    terminal.until(lambda: psutil.Process(terminal.pid).status() == psutil.STATUS_STOPPED, "it does not stop")
    assert OFF in terminal.printed[before:], "the shell has its screen back"
    before = len(terminal.printed)
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.until(lambda: ON in terminal.printed[before:], "its screen does not come back")
    for text in (
        "Quantization of large",
        "▸",
        "All keys",
    ):  # the bar on top, the list, the keys at the bottom
        terminal.until(
            lambda text=text: text in terminal.printed[before:], f"'{text}' is not drawn again", 20.0
        )  # type: ignore[misc]
    terminal.type("q")
    assert terminal.ended() == 0


def test_it_is_resized_again_and_again_and_goes_on(terminal: Terminal) -> None:
    chance = random.Random(5)
    terminal.type("\r")
    for _ in range(40):
        terminal.resize(chance.randint(1, 80), chance.randint(1, 250))
        terminal.type(chance.choice(["n", "p", " ", "?", "\x1b", ""]))
        terminal.read(0.03)
    terminal.resize(24, 80)
    terminal.type("\x1b")
    terminal.read(1.0)
    assert "fault of its own" not in terminal.printed
    terminal.type("\x11")  # Ctrl+Q
    assert terminal.ended() == 0
    assert terminal.printed.rindex(OFF) > terminal.printed.rindex(ON)
