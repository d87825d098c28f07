"""The learner's loop, by the program as a person starts it: read, ask, write, be graded, export, the app.

    python main_job.py REPOSITORY FOLDER

TUTOR_HOME says whose. Prints a line of JSON for each command: what it was, and its exit code.
"""

from __future__ import annotations

import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

EXERCISE = "per-row-scales"


def tutor(*arguments: str, given: str = "") -> str:
    """Run one command, say how it ended, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *arguments], input=given, capture_output=True, text=True, timeout=120
    )
    print(json.dumps([" ".join(arguments[:2]), done.returncode, done.stderr[-500:]]), flush=True)
    return done.stdout


def app() -> None:
    """Open the app on a terminal, wait for the course map, and leave it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-m", "tutor"], {**os.environ, "TERM": "xterm-256color"})
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    shown, leaving, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # it is gone, and its terminal with it
                break
        if b"next" in shown and not leaving:
            leaving = True
            os.write(terminal, b"q")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    print(json.dumps(["the app", os.waitstatus_to_exitcode(status), ""]), flush=True)


def main(repository: Path, folder: Path) -> None:
    tutor("list", "--json")
    tutor("lesson", "bits")
    tutor("demo", "bits", "--outlier", "100")
    asked = json.loads(tutor("quiz", "bits", "--seed", "1", "--json"))
    answers = {item["id"]: item["options"][0]["id"] for item in asked["items"] if item["kind"] == "single"}
    tutor("quiz", "bits", "--answers", "-", "--json", given=json.dumps({"seed": 1, "answers": answers}))
    tutor("start", EXERCISE)
    graders = repository / "graders" / EXERCISE
    tutor("try", EXERCISE, str(graders / "reference.py"))
    tutor("submit", EXERCISE, str(graders / "reference.py"), "--json")
    tutor("submit", EXERCISE, str(next((graders / "wrong").glob("*.py"))), "--json")
    tutor("progress")
    tutor("export", str(folder / "progress.json"))
    tutor("export", "--as", "html", str(folder / "course.html"))
    tutor("model", "list")
    tutor("doctor")
    app()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
