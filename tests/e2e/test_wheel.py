"""The wheel holds the whole tutor: installed somewhere else, it lists the course and grades."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """``command`` with no sign of the repository in its environment."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "TUTOR_CONTENT", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, REPOSITORY),
        cwd=folder,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, which sees the packages it needs through a .pth file."""
    folder = tmp_path_factory.mktemp("environment")
    for command in (
        [sys.executable, "-m", "venv", "--without-pip", folder],
        [sys.executable, "-m", "pip", "--python", folder, "install", "--no-index", "--no-deps", wheel],
    ):
        made = run(*command, cwd=folder)
        assert made.returncode == 0, made.stdout + made.stderr
    site_packages = next(folder.glob("lib/python*/site-packages"))
    # A path in a .pth file is searched, but its own .pth files are not: an editable install stays hidden.
    (site_packages / "needed.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n"
    )
    return folder


def test_the_wheel_holds_the_program_and_the_course_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"tutor"}
    for part in (
        "lessons/course.yaml",
        "exercises/per-row-scales/stub.py",
        "graders/per-row-scales/reference.py",
    ):
        assert f"tutor/content/{part}" in names
    assert "tutor/app/tutor.tcss" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_installed_tutor_is_the_wheels_own(environment: Path, tmp_path: Path) -> None:
    code = "import tutor; from tutor.paths import content_root; print(tutor.__file__, content_root().root)"
    done = run(environment / "bin" / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for place in done.stdout.split():
        assert Path(place).is_relative_to(environment.resolve()), place


def test_the_installed_tutor_lists_the_course(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "bin" / "tutor", "list", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    course = json.loads(done.stdout)
    assert course["schema"] == "tutor.course/1"
    assert "per-row-scales" in [exercise["id"] for exercise in course["exercises"]]


def test_the_installed_tutor_grades_a_solution(environment: Path, tmp_path: Path) -> None:
    solution = tmp_path / "solution.py"
    shutil.copy(REPOSITORY / "graders" / "per-row-scales" / "reference.py", solution)
    done = run(environment / "bin" / "tutor", "submit", "per-row-scales", solution, "--json", cwd=tmp_path)
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["verdict"]) == (0, "passed"), done.stdout + done.stderr
