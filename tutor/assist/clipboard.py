"""Copying a text, by every way there is: none of them can be trusted alone.

The terminal's own way (OSC 52) works over SSH, but a terminal never answers whether it took it; the
desktop's tools answer, where there is a desktop; a file always remains.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tutor.errors import EnvironmentProblem
from tutor.paths import tutor_home
from tutor.progress.files import write_atomically

FILE_NAME = "copied.md"
# xterm and its kin cut a sequence at 100,000 bytes: 8 of frame, the rest base64.
OSC52_LIMIT = 74_994
_SCREEN_CHUNK = 240  # GNU screen passes strings of at most 256 bytes
_TOOL_SECONDS = 3.0

# Name, what must be in the environment, command. The first that works is enough.
_TOOLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tmux", "TMUX", ("tmux", "load-buffer", "-w", "-")),
    ("wl-copy", "WAYLAND_DISPLAY", ("wl-copy",)),
    ("xclip", "DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("xsel", "DISPLAY", ("xsel", "--clipboard", "--input")),
    ("pbcopy", "", ("pbcopy",)),
    ("termux-clipboard-set", "", ("termux-clipboard-set",)),
    ("clip.exe", "WSL_DISTRO_NAME", ("clip.exe",)),
    ("clip", "SystemRoot", ("clip",)),
)


@dataclass(frozen=True)
class CopyAttempt:
    """One way that was tried. ``sent`` means that nobody can say whether it arrived."""

    way: str
    outcome: Literal["done", "sent", "failed"]
    detail: str
    path: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether it was handed to something that may hold it; a terminal does not say whether it did."""
        return self.outcome != "failed"


def copy_text(
    text: str,
    *,
    home: Path | None = None,
    environment: Mapping[str, str] | None = None,
    terminal: Path = Path("/dev/tty"),
) -> list[CopyAttempt]:
    """Copy ``text`` by the terminal, by one of the desktop's tools, and into ``copied.md`` in the home.

    Returns each way with its outcome, the file last. Raises nothing: a way that fails is told.
    """
    environment = os.environ if environment is None else environment
    return [
        _by_terminal(text, environment, terminal),
        *_by_tool(text, environment),
        _by_file(text, home or tutor_home()),
    ]


def osc52(text: str, environment: Mapping[str, str]) -> bytes:
    """The sequence that asks a terminal to copy ``text``, wrapped for tmux and GNU screen."""
    payload = base64.b64encode(text.encode(errors="replace"))
    sequence = b"\x1b]52;c;" + payload + b"\x07"
    if environment.get("TMUX"):
        return b"\x1bPtmux;" + sequence.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
    if environment.get("STY"):
        chunks = [sequence[at : at + _SCREEN_CHUNK] for at in range(0, len(sequence), _SCREEN_CHUNK)]
        return b"".join(b"\x1bP" + chunk + b"\x1b\\" for chunk in chunks)
    return sequence


def _by_terminal(text: str, environment: Mapping[str, str], terminal: Path) -> CopyAttempt:
    way = "terminal"
    if len(text.encode(errors="replace")) > OSC52_LIMIT:
        return CopyAttempt(way, "failed", "the text is longer than terminals take")
    if environment.get("TERM", "dumb") in ("dumb", "linux"):
        return CopyAttempt(way, "failed", "this terminal has no clipboard")
    try:
        with open(terminal, "wb", buffering=0) as tty:
            tty.write(osc52(text, environment))
    except OSError:
        return CopyAttempt(way, "failed", "there is no terminal")
    return CopyAttempt(way, "sent", "sent by OSC 52; most terminals take it, some ask or refuse")


def _by_tool(text: str, environment: Mapping[str, str]) -> list[CopyAttempt]:
    tried = []
    for name, needed, command in _TOOLS:
        program = shutil.which(command[0], path=environment.get("PATH"))
        if program is None or (needed and not environment.get(needed)):
            continue
        encoding = "utf-16-le" if name.startswith("clip") else "utf-8"
        attempt = _run(name, (program, *command[1:]), text.encode(encoding, "replace"), environment)
        tried.append(attempt)
        if attempt.ok and name != "tmux":  # tmux's buffer reaches the desktop only where it is set up to
            break
    return tried


def _run(name: str, command: Sequence[str], data: bytes, environment: Mapping[str, str]) -> CopyAttempt:
    quiet = subprocess.DEVNULL  # xclip stays behind and would hold a pipe open
    try:
        subprocess.run(
            command,
            input=data,
            stdout=quiet,
            stderr=quiet,
            timeout=_TOOL_SECONDS,
            check=True,
            env=dict(environment),
            start_new_session=sys.platform != "win32",
        )
    except subprocess.TimeoutExpired:
        return CopyAttempt(name, "failed", f"no answer within {_TOOL_SECONDS:.0f} seconds")
    except (OSError, subprocess.CalledProcessError) as error:
        return CopyAttempt(name, "failed", str(error))
    return CopyAttempt(name, "done", "copied")


def _by_file(text: str, home: Path) -> CopyAttempt:
    path = home / FILE_NAME
    try:
        write_atomically(path, text.encode(errors="replace"))
    except EnvironmentProblem as problem:
        return CopyAttempt("file", "failed", str(problem))
    return CopyAttempt("file", "done", str(path), path)
