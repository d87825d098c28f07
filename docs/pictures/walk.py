"""Walks through a whole lesson in a real terminal, as somebody who has just installed the tutor: a picture a screen.

    python docs/pictures/walk.py FOLDER [--size 80x24] [--light]
    python docs/pictures/walk.py FOLDER --size 84x28 --readme     renews the README's pictures, beside this file

Needs tmux. Each screen becomes NN-name.svg and NN-name.txt in FOLDER: to be looked at one by one after a change of the
app. The learner presses Enter wherever it is offered, guesses, answers, and solves the exercise in an "editor" that
writes a wrong solution first and the reference after it. Ends with status 1 where a screen that should come does not.
"""

from __future__ import annotations

import argparse
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parent.parent.parent
LESSON, EXERCISE, WRONG = "bits", "absmax-int8", "scale-from-signed-max.py"
README = {
    "lesson": "lesson-1",
    "quiz": "question-1-explained",
    "verdict": "verdict-wrong",
    "look": "look",
    "map": "back",
}
QUIET = 0.6  # seconds without a change after which a screen is taken to be still
EDITOR = """#!/bin/sh
if [ -e "$0.again" ]; then cp {right} "$1"; else touch "$0.again"; cp {wrong} "$1"; fi
"""


@dataclass
class Terminal:
    """One tmux server with one window."""

    columns: int
    rows: int
    environment: dict[str, str]
    socket: str = field(default_factory=lambda: f"walk-{os.getpid()}")

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self.socket, "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def start(self, command: list[str]) -> None:
        setting = [f"{name}={value}" for name, value in self.environment.items()]
        line = shlex.join(["env", *setting, *command])
        self.tmux("new-session", "-d", "-x", str(self.columns), "-y", str(self.rows), f"{line}; sleep 60")

    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def wait_for(self, words: str, seconds: float) -> None:
        """Wait until the screen shows some words and is still."""
        end = time.monotonic() + seconds
        before, since = "", time.monotonic()
        while time.monotonic() < end:
            now = self.text()
            if now != before:
                before, since = now, time.monotonic()
            if words.lower() in now.lower() and time.monotonic() - since > QUIET:
                return
            time.sleep(0.05)
        raise SystemExit(f"The screen never showed {words!r} and stood still. It shows:\n\n{before}")

    def keep(self, path: Path) -> None:
        """Write the screen as text and as a picture."""
        ansi = self.tmux("capture-pane", "-p", "-e", "-N")
        console = Console(
            width=self.columns, file=io.StringIO(), record=True, color_system="truecolor", force_terminal=True
        )
        console.print(Text.from_ansi(ansi, no_wrap=True, overflow="crop"), end="")
        path.with_suffix(".svg").write_text(console.export_svg(title="tutor"), encoding="utf-8")
        path.with_suffix(".txt").write_text(self.text(), encoding="utf-8")

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True, check=False)


class Walk:
    """Presses keys and keeps what came of them."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal, self.folder, self.kept = terminal, folder, 0

    def see(self, words: str, name: str, seconds: float = 20) -> None:
        self.terminal.wait_for(words, seconds)
        self.kept += 1
        self.terminal.keep(self.folder / f"{self.kept:02}-{name}")

    def press(self, *keys: str) -> None:
        self.terminal.tmux("send-keys", *keys)

    def press_on(self, key: str) -> None:
        """A key that changes the screen, however long a busy machine takes to."""
        before, end = self.terminal.text(), time.monotonic() + 20
        self.press(key)
        while self.terminal.text() == before and time.monotonic() < end:
            time.sleep(0.05)

    def footer(self) -> str:
        return self.terminal.text().rstrip().splitlines()[-1]

    def lesson(self) -> None:
        """Read to the end by Enter alone, with a guess where one is asked for."""
        self.see("▸ next", "map")
        self.press_on("Enter")
        for page in range(1, 80):
            self.see("All keys", f"lesson-{page}")
            if "   Go on" in self.terminal.text():
                return
            if "Press 1 to" in self.terminal.text() and "Read on" not in self.footer():
                self.press_on("2")
                self.see("All keys", f"lesson-{page}-guess")
            running = "Run the demo" in self.footer()
            self.press_on("Enter")
            if running:
                self.see("Run again", f"lesson-{page}-demo", 120)
        raise SystemExit("The lesson has no end.")

    def quiz(self, questions: int) -> None:
        """Answer some questions by the first thing that can be chosen, and leave in the middle."""
        self.press("u")
        for number in range(1, questions + 1):
            self.see(f"{number} of ", f"question-{number}")
            self.press("1", "Enter")
            self.see("Next", f"question-{number}-explained")
            self.press("Enter")
        self.see(f"{questions + 1} of ", "question-left")
        self.press("q")

    def exercise(self) -> None:
        """Start, write it wrong, grade, take a hint, write it right, grade, look at the error and at the solution."""
        self.see("   Go on", "ways-on")
        self.press("q")
        self.see("All keys", "map-again")
        self.press("/")
        self.see("Esc", "search")
        self.press(EXERCISE)
        self.see(EXERCISE, "search-found")
        self.press("Enter")
        self.see("Start", "brief")
        self.press("Enter")
        self.see("Fill it in", "stub-written")
        self.press("Enter")
        self.see("⏎ Grade", "edited")
        self.press("Enter")
        self.see("not passed", "verdict-wrong", 60)
        self.press("h")
        self.see("⏎ Mend it", "hint")
        self.press("Enter")
        self.see("⏎ Grade", "edited-again")
        self.press("Enter")
        self.see("Next thing", "verdict-passed", 60)
        self.press("4")
        self.see("All keys", "attempts")
        self.press("5")
        self.see("All keys", "look", 60)
        self.press("NPage")
        self.see("All keys", "look-on")
        self.press("s")
        self.see("solution", "solution")
        self.press("Escape")
        self.see("Next thing", "passed-again")
        self.press("Enter")
        self.see("All keys", "next-thing")
        self.press("q")
        self.see("All keys", "back")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--readme", action="store_true")
    chosen = parser.parse_args()
    columns, rows = map(int, chosen.size.split("x"))
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        grader = REPOSITORY / "graders" / EXERCISE
        editor = Path(home) / "editor.sh"
        editor.write_text(EDITOR.format(right=grader / "reference.py", wrong=grader / "wrong" / WRONG))
        editor.chmod(0o755)
        if chosen.light:
            (Path(home) / "config.toml").write_text('theme = "tutor-light"\n')
        environment = {
            "TUTOR_HOME": home,
            "HOME": home,
            "EDITOR": str(editor),
            "COLORTERM": "truecolor",
            "TERM": "tmux-256color",
        }
        terminal = Terminal(columns, rows, environment)
        walk = Walk(terminal, chosen.folder)
        try:
            terminal.start([sys.executable, "-m", "tutor"])
            walk.lesson()
            walk.quiz(3)
            walk.exercise()
        finally:
            terminal.close()
    if chosen.readme:
        for name, screen in README.items():
            (found,) = chosen.folder.glob(f"??-{screen}.svg")
            shutil.copy(found, Path(__file__).with_name(f"{name}.svg"))
    print(f"{walk.kept} screens in {chosen.folder}")


if __name__ == "__main__":
    main()
