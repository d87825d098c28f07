"""Setting up says in one line what is missing, and what to do about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def not_inside_make(monkeypatch: pytest.MonkeyPatch) -> None:
    """'make test' runs these tests; the make that they run must not take itself for a part of it."""
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Just what setting up reads."""
    folder = tmp_path / "check out"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(REPOSITORY / name, folder)
    for name in (".ci", "locks"):
        shutil.copytree(REPOSITORY / name, folder / name)
    return folder


def complaint(checkout: Path, *command: str, **environment: str) -> str:
    """The only line that ``command`` (``.ci/setup tutor``) has to say when it fails."""
    done = subprocess.run(
        command or (".ci/setup", "tutor"),
        cwd=checkout,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def interpreter(folder: Path, name: str, answers: str) -> Path:
    """A program that answers some questions itself and hands the others to the real Python."""
    file = folder / name
    file.write_text(f'#!/bin/sh\ncase "$*" in\n{answers}\nesac\nexec "{sys.executable}" "$@"\n')
    file.chmod(0o755)
    return file


def test_an_old_python_is_named_with_what_is_needed(checkout: Path, tmp_path: Path) -> None:
    old = interpreter(tmp_path, "python3", "*python_version*) echo 3.10.4; exit;;\n*version_info*) exit 1;;")
    said = complaint(checkout, PYTHON=str(old))
    assert "Python 3.10.4 is too old" in said
    assert "3.11 or newer" in said
    assert "make tutor PYTHON=" in said


def test_a_newer_python_is_found_behind_an_old_one(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    interpreter(tools, "python3", "*python_version*) echo 3.10.4; exit;;\n*version_info*) exit 1;;")
    interpreter(tools, "python3.12", "*ensurepip*) exit 1;;")
    said = complaint(checkout, PATH=f"{tools}:{os.environ['PATH']}", PYTHON="")
    assert "(python3.12) has no venv module" in said


def test_a_machine_without_python_is_told_where_to_get_one(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("dirname", "sh"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    said = complaint(checkout, PATH=str(tools), PYTHON="")
    assert "No Python found. Install Python 3.11 or newer" in said


def test_a_wrong_python_is_called_by_its_name(checkout: Path) -> None:
    assert "'/no/such/python' is no Python that runs" in complaint(checkout, PYTHON="/no/such/python")


def test_a_python_without_the_venv_module_is_told_what_to_install(checkout: Path, tmp_path: Path) -> None:
    bare = interpreter(tmp_path, "python3", "*ensurepip*) exit 1;;")
    said = complaint(checkout, "make", "tutor", f"PYTHON={bare}")
    assert "has no venv module" in said
    assert "python3-venv" in said


def test_an_environment_that_cannot_be_made_says_why(checkout: Path) -> None:
    (checkout / ".venv").write_text("a file in the way")
    said = complaint(checkout, PYTHON=sys.executable)
    assert "Could not make the environment" in said
    assert ".venv" in said


@pytest.mark.parametrize(
    ("retries", "told"),
    [("1", "The package index cannot be reached"), ("0", "No package index that answers")],
)
def test_a_package_index_out_of_reach_is_told_and_nothing_counts_as_installed(
    checkout: Path, retries: str, told: str
) -> None:
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": retries,
        "PIP_NO_CACHE_DIR": "1",
        "PYTHON": sys.executable,
    }
    said = complaint(checkout, **nowhere)
    assert told in said
    assert ".venv/setup.log" in said
    assert not (checkout / ".venv" / "tutor.installed").exists()


def test_a_file_that_is_not_the_locked_one_is_refused_by_name(checkout: Path, tmp_path: Path) -> None:
    lock = checkout / "locks" / "tutor.txt"
    lock.write_text(f"some-package==1.0 --hash=sha256:{'0' * 64}\n")
    with zipfile.ZipFile(tmp_path / "some_package-1.0-py3-none-any.whl", "w") as wheel:
        described = "some_package-1.0.dist-info"
        wheel.writestr(f"{described}/METADATA", "Metadata-Version: 2.1\nName: some-package\nVersion: 1.0\n")
        wheel.writestr(f"{described}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{described}/RECORD", "")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    said = complaint(checkout, **offline, PYTHON=sys.executable)
    assert "another file than the one that is locked: some-package==1.0" in said
    assert not (checkout / ".venv" / "tutor.installed").exists()


def test_make_without_a_target_lists_the_commands() -> None:
    done = subprocess.run(["make"], cwd=REPOSITORY, capture_output=True, text=True, timeout=10)
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    assert listed == [
        "tutor",
        "test",
        "proofs",
        "lint",
        "prove",
        "docs",
        "lock",
        "wheels",
        "audit",
        "licences",
    ]
