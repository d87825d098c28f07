"""Copying tries every way and tells what came of each."""

from __future__ import annotations

import base64
import os
import pty
import re
import stat
import sys
from pathlib import Path

import pytest

from tutor.assist import copy_text
from tutor.assist.clipboard import OSC52_LIMIT, osc52

PLAIN = {"TERM": "xterm-256color", "PATH": "/nonexistent"}


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def payload(sequence: bytes) -> bytes:
    return base64.b64decode(re.search(rb"\]52;c;([A-Za-z0-9+/=]+)", sequence)[1])


def test_the_plain_sequence_carries_the_text():
    sequence = osc52("größer\n", PLAIN)
    assert sequence.startswith(b"\x1b]52;c;")
    assert sequence.endswith(b"\x07")
    assert payload(sequence).decode() == "größer\n"


def test_tmux_gets_the_sequence_wrapped_with_doubled_escapes():
    sequence = osc52("hello", {**PLAIN, "TMUX": "/tmp/tmux,1,0"})
    assert sequence == b"\x1bPtmux;\x1b" + osc52("hello", PLAIN) + b"\x1b\\"


def test_screen_gets_the_sequence_in_pieces_that_it_takes():
    text = "x" * 2000
    sequence = osc52(text, {**PLAIN, "STY": "1.tty"})
    pieces = re.findall(rb"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert max(map(len, pieces)) <= 256
    assert b"".join(pieces) == osc52(text, PLAIN)


def test_the_terminal_receives_it_and_the_file_holds_it(home):
    leader, follower = pty.openpty()
    name = Path(os.ttyname(follower))
    terminal, file = copy_text("hello", home=home, environment=PLAIN, terminal=name)
    assert (terminal.way, terminal.outcome) == ("terminal", "sent")
    assert payload(os.read(leader, 1000)) == b"hello"
    assert (file.way, file.outcome, file.path) == ("file", "done", home / "copied.md")
    assert file.path.read_text() == "hello"
    os.close(leader)
    os.close(follower)


@pytest.mark.parametrize(
    ("text", "environment", "terminal", "detail"),
    [
        ("x" * (OSC52_LIMIT + 1), PLAIN, "/dev/null", "longer than terminals take"),
        ("x", {**PLAIN, "TERM": "dumb"}, "/dev/null", "has no clipboard"),
        ("x", PLAIN, "/nonexistent/tty", "there is no terminal"),
    ],
)
def test_a_terminal_that_cannot_is_told_and_the_file_remains(home, text, environment, terminal, detail):
    first, file = copy_text(text, home=home, environment=environment, terminal=Path(terminal))
    assert first.outcome == "failed"
    assert detail in first.detail
    assert file.path.read_text() == text


def test_the_first_tool_of_the_desktop_that_works_is_used(home, tmp_path):
    tool(tmp_path, "wl-copy", "exit 1")
    tool(tmp_path, "xclip", f'cat > {tmp_path}/clipboard; echo "$@" > {tmp_path}/arguments')
    tool(tmp_path, "xsel", f"touch {tmp_path}/never")
    path = f"{tmp_path}:/usr/bin:/bin"
    environment = {"TERM": "dumb", "PATH": path, "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    ways = [(one.way, one.outcome) for one in copy_text("größer", home=home, environment=environment)]
    assert ways == [("terminal", "failed"), ("wl-copy", "failed"), ("xclip", "done"), ("file", "done")]
    assert (tmp_path / "clipboard").read_text() == "größer"
    assert (tmp_path / "arguments").read_text().split() == ["-selection", "clipboard", "-in"]
    assert not (tmp_path / "never").exists()


def test_a_tool_without_its_desktop_is_not_started(home, tmp_path):
    tool(tmp_path, "xclip", f"touch {tmp_path}/never")
    copy_text("x", home=home, environment={"TERM": "dumb", "PATH": str(tmp_path)})
    assert not (tmp_path / "never").exists()


def test_a_tool_that_hangs_is_left_behind(home, tmp_path, monkeypatch):
    monkeypatch.setattr("tutor.assist.clipboard._TOOL_SECONDS", 0.2)
    tool(tmp_path, "xclip", "sleep 30")
    environment = {"TERM": "dumb", "PATH": f"{tmp_path}:/usr/bin:/bin", "DISPLAY": ":0"}
    attempt = next(one for one in copy_text("x", home=home, environment=environment) if one.way == "xclip")
    assert attempt.outcome == "failed"
    assert "no answer" in attempt.detail


def test_a_home_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "home").write_text("a file")
    *_, file = copy_text("x", home=tmp_path / "home", environment=PLAIN, terminal=Path("/nonexistent/tty"))
    assert file.outcome == "failed"
    assert file.path is None
    assert sys.platform == "win32" or "A file stands" in file.detail
