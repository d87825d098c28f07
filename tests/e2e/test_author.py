"""``tutor author`` on a real terminal: a save is seen, a mistake is told, and q leaves."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.test_terminal import Terminal
from tutor.course.scaffold import plan


def test_an_author_sees_each_save_and_each_mistake(home: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    for name, data in plan(course, "lesson", "averages").files.items():
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_bytes(data)
    lesson = course / "lessons" / "01-averages" / "lesson.yaml"
    terminal = Terminal.open(home, "author", str(course))
    terminal.wait_for("read at")
    terminal.wait_for("Averages")
    lesson.write_text(lesson.read_text().replace("title: Averages", "title: On the mean"))
    terminal.wait_for("On the mean")
    lesson.write_text(lesson.read_text().replace("minutes: 15", "minuets: 15"))
    terminal.wait_for("Did you mean 'minutes'?")
    terminal.type("q")
    _, status = os.waitpid(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert (home / "authoring" / "progress.db").exists()
