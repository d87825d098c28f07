"""Results that stay in the learner's process, and folders of files that a check hands over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tutor.course import LoadedExercise, load_content
from tutor.paths import ContentRoot

COURSE = Path(__file__).parent / "course"

CHECKS = '''
"""Hidden checks of halve."""

import torch

from tutor.grading.proxy import Folder


def text(words):
    return torch.tensor(list(words.encode()), dtype=torch.uint8)


def test_kept(solution, expect):
    """A kept object is asked, and is an argument again."""
    one, other = Folder({"a.txt": text("one"), "b.txt": text("")}), Folder({"a.txt": text("other")})
    first = solution.halve.kept(one)
    expect(first.type_name == "Model", expected="a Model", came=first.type_name)
    expect(first.call("read") == "one", expected="one", came="another text")
    expect(solution.halve.kept(other).call("read") == "other", expected="other", came="another text")
    expect(solution.halve(first) == "one, kept", expected="the kept object", came="another")
    again = solution.halve.kept(one)
    expect(again.call("names") == ["a.txt", "b.txt", "mine"], expected="the same folder", came="another")


def test_the_other_process(solution, expect):
    """Another process has a folder of its own."""
    names = solution.double(Folder({"a.txt": text("one")}))
    expect(names == ["a.txt"], expected="a.txt", came=str(names))
'''

SOLUTION = """
class Model:
    def __init__(self, folder):
        self.folder = folder
        (folder / "mine").write_text("x")
    def read(self):
        return (self.folder / "a.txt").read_text()
    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

def halve(x):
    return Model(x) if not isinstance(x, Model) else x.read() + ", kept"

def double(x):
    return sorted(path.name for path in x.iterdir())
"""


def exercise_with(checks: str, tmp_path: Path) -> LoadedExercise:
    root = ContentRoot(tmp_path / "course")
    shutil.copytree(COURSE, root.root)
    (root.graders / "halve/test_halve.py").write_text(checks)
    return load_content(root).exercise("halve")


def test_folders_cross_and_what_is_made_of_them_stays_where_it_is(grade, tmp_path):
    verdict = grade(SOLUTION, exercise=exercise_with(CHECKS, tmp_path))

    assert verdict.passed, [check.message for check in verdict.checks]


FORGED = """
import sys
wire = sys.modules["tutor.sandbox.wire"]
send = wire.send

def forge(sock, frame):
    kept = frame.pop("kept", None)
    send(sock, frame if kept is None else {**frame, "kept": KEPT, "value": {"t": "none"}})

wire.send = forge
"""


@pytest.mark.parametrize("kept", ["'0'", "None", "True", "[]"])
def test_an_answer_that_tells_of_nothing_kept_is_an_error_of_that_process(grade, tmp_path, kept):
    forged = SOLUTION + FORGED.replace("KEPT", kept)
    verdict = grade(forged, exercise=exercise_with(CHECKS, tmp_path))

    assert verdict.verdict == "error"
    assert "malformed" in verdict.checks[0].message
