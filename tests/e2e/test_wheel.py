"""What is released: the source archive and, made from it, the wheel. Installed elsewhere, it is the whole tutor."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from packaging.metadata import Metadata

from tutor import __version__

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
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from what is in it."""
    folder = tmp_path_factory.mktemp("released")
    built = run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPOSITORY), cwd=folder
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(released: Path) -> Path:
    return next(released.glob("*.whl"))


def described(wheel: Path) -> Metadata:
    """What the wheel says of itself; raises where an index would refuse it."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


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


def test_the_source_archive_holds_what_a_wheel_is_built_from_and_nothing_else(released: Path) -> None:
    archive = next(released.glob("*.tar.gz"))
    with tarfile.open(archive) as packed:
        names = [name.partition("/")[2] for name in packed.getnames()]
    rooms = {name.partition("/")[0] for name in names}
    written = {"LICENSE", "LICENCES.md", "README.md", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"}
    assert rooms - {".gitignore"} == {"tutor", "lessons", "exercises", "graders", *written}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc") or "/." in name]


def test_an_index_would_take_what_the_wheel_says_of_itself(wheel: Path) -> None:
    said = described(wheel)
    assert (said.name, str(said.version)) == ("tutor", __version__)
    assert said.license_expression == "Apache-2.0"
    assert said.license_files == ["LICENSE"]
    assert said.description_content_type == "text/markdown"
    page = MarkdownIt().render(str(said.description))
    assert "<h1>" in page
    assert "<img" in page


def test_the_pythons_that_are_named_are_those_that_pip_will_take(wheel: Path) -> None:
    said = described(wheel)
    prefix = "Programming Language :: Python :: 3."
    named = [f"3.{line.removeprefix(prefix)}" for line in said.classifiers or [] if line.startswith(prefix)]
    assert named == ["3.11", "3.12", "3.13", "3.14"]
    assert said.requires_python is not None
    assert all(said.requires_python.contains(version) for version in named)
    assert not said.requires_python.contains("3.10")


def test_each_program_of_the_wheel_compiles_without_a_warning_on_each_python_that_is_here(
    wheel: Path, tmp_path: Path
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import pathlib, sys\n"
        "for file in pathlib.Path(sys.argv[1]).rglob('*.py'):\n"
        "    compile(file.read_bytes(), str(file), 'exec')\n"
    )
    tried = 0
    for python in ("python3.11", "python3.12", "python3.13", "python3.14"):
        if shutil.which(python) and run(python, "--version", cwd=tmp_path).returncode == 0:
            done = run(python, "-I", "-W", "error", "-c", code, tmp_path, cwd=tmp_path)
            assert done.returncode == 0, f"{python}: {done.stderr}"
            tried += 1
    if not tried:
        pytest.skip("no Python is on PATH by its version")


def test_the_changelog_tells_of_this_version() -> None:
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE)


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


def test_the_installed_tutor_teaches_and_asks(environment: Path, tmp_path: Path) -> None:
    tutor = environment / "bin" / "tutor"
    for command, schema in (("lesson", "tutor.lesson/1"), ("quiz", "tutor.quiz/1")):
        done = run(tutor, command, "bits", "--json", cwd=tmp_path)
        assert (done.returncode, json.loads(done.stdout)["schema"]) == (0, schema), done.stderr
    done = run(tutor, "demo", "bits", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
