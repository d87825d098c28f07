"""``tutor try``: the learner's functions on the public example, with prints and breakpoint()."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.terminals import Terminal

HALVE = Path(__file__).parents[1] / "grading/course/exercises/halve"
RUN = """
import sys
from pathlib import Path
from tutor.sandbox import run_example
sys.exit(run_example(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def attempt(
    tmp_path: Path, source: str, typed: str = "", inside: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    solution = tmp_path / "halve.py"
    solution.write_text(source)
    command = [*inside, sys.executable, "-c", RUN, str(HALVE), str(solution)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_prints_of_the_learner_and_the_example_are_shown(tmp_path):
    result = attempt(tmp_path, "def halve(x):\n    print('here', x.sum().item())\n    return x / 2\n")

    assert result.returncode == 0, result.stderr
    assert "here 6.0" in result.stdout
    assert "halve([2, 4]) = [1.0, 2.0]" in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux alone")
def test_there_is_room_for_temporary_files_where_a_namespace_knows_root_alone(tmp_path: Path) -> None:
    """As in a rootless container: there is no nobody to become, nor to own the scratch folder."""
    root_alone = ["unshare", "--user", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*root_alone, "true"], capture_output=True).returncode:
        pytest.skip("this machine allows no user namespace")
    result = attempt(
        tmp_path,
        "import tempfile\ntempfile.TemporaryFile().write(b'here')\ndef halve(x):\n    return x / 2\n",
        inside=root_alone,
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_an_exception_shows_the_learners_frames_only(tmp_path):
    result = attempt(tmp_path, "def halve(x):\n    return x / 'two'\n")

    assert result.returncode == 1
    assert "TypeError" in result.stdout
    assert "return x / 'two'" in result.stdout
    assert "example_child" not in result.stdout


def test_the_stub_says_that_it_is_not_written_yet(tmp_path):
    result = attempt(tmp_path, (HALVE / "stub.py").read_text())

    assert result.returncode == 1
    assert "Not written yet: halve is not written yet" in result.stdout


def test_escapes_do_not_reach_the_terminal(tmp_path):
    result = attempt(tmp_path, "def halve(x):\n    print('\\x1b]52;c;aGk=\\x07ok')\n    return x / 2\n")

    assert "\x1b" not in result.stdout
    assert "ok" in result.stdout


def test_breakpoint_opens_the_debugger_on_a_terminal(tmp_path):
    solution = tmp_path / "halve.py"
    solution.write_text("def halve(x):\n    breakpoint()\n    return x / 2\n")
    with Terminal.run([sys.executable, "-c", RUN, str(HALVE), str(solution)], os.environ) as terminal:
        terminal.wait_for("(Pdb)")
        terminal.type("p x.tolist()\nc\n")
        assert terminal.ended(60) == 0

    assert "halve([2, 4])" in terminal.printed
    assert "[2.0, 4.0]" in terminal.printed


def test_a_relative_path_is_found_from_where_the_learner_stands(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/halve.py").write_text("def halve(x):\n    return x / 2\n")
    command = [sys.executable, "-c", RUN, str(HALVE), "mine/halve.py"]
    result = subprocess.run(
        command, input="", capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )

    assert result.returncode == 0, result.stdout
    assert "halve([2, 4]) = [1.0, 2.0]" in result.stdout


def test_a_file_that_the_grader_could_not_read_does_not_run_here_either(tmp_path):
    solution = tmp_path / "halve.py"
    solution.write_bytes("# gr\u00f6\u00dfe\ndef halve(x):\n    return x / 2\n".encode("latin-1"))
    command = [sys.executable, "-c", RUN, str(HALVE), str(solution)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert result.returncode == 1
    assert "halve([2, 4])" not in result.stdout
