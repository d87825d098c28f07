"""Every command of README, CONTRIBUTING and docs/ runs as it stands, or stands in a table of those that can't."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.docs.pages import KINDS, NAMES, Command, Written, commands, fences, spans, steps
from tests.docs.table import CANNOT_RUN, NOTHING, PREPARED, Preparation, why_not_run
from tests.docs.words import complaints

RUNNING = [name for name in NAMES if any(not why_not_run(command.line) for command in commands(name))]


@pytest.mark.parametrize("name", RUNNING)
def test_what_a_page_says_to_type_works(name: str, tmp_path: Path) -> None:
    prepared = PREPARED.get(name, NOTHING)
    for lay in prepared.lay:
        lay(tmp_path)
    done = [step for step in steps(name) if isinstance(step, Written) or not why_not_run(step.line)]
    run_in_one_shell(done, prepared, tmp_path)
    wrong = [
        problem
        for number, step in enumerate(done)
        if isinstance(step, Command)
        for problem in problems_of(step, number, prepared, tmp_path)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_is_not_run_exists_with_its_options(name: str) -> None:
    lines = [command.line for command in commands(name) if why_not_run(command.line)]
    wrong = {line: said for line in [*lines, *spans(name)] if (said := complaints(line))}
    assert not wrong


@pytest.mark.parametrize("name", NAMES)
def test_every_fence_says_what_it_holds_and_only_some_hold_commands(name: str) -> None:
    assert {kind for kind, _ in fences(name)} <= KINDS
    others = [text for kind, text in fences(name) if kind not in ("sh", "console")]
    begins = re.compile(r"^(\$ |(tutor|make|python|pip) )", re.MULTILINE)
    assert not [text for text in others if begins.search(text)]


def test_the_table_of_what_is_not_run_names_only_what_pages_say() -> None:
    said = {command.line for name in NAMES for command in commands(name)}
    assert set(CANNOT_RUN) - said == set()
    assert set(PREPARED) - set(NAMES) == set()


def run_in_one_shell(done: list[Command | Written], prepared: Preparation, folder: Path) -> None:
    """All steps in one bash, so that an ``export`` holds for what follows. Output and code of step N: out.N, code.N."""
    home, out = folder / "home", folder / "out"
    out.mkdir()
    script = [f"{{ {line}\n}} >/dev/null 2>&1" for line in prepared.before]
    for number, step in enumerate(done):
        if isinstance(step, Written):
            script.append(f'cp "{step.file}" "$TUTOR_HOME/work/{step.exercise.replace("-", "_")}.py"')
            continue
        typed = "".join(f"{line}\n" for line in step.answers) or prepared.answers.get(step.line, "")
        (out / f"in.{number}").write_text(typed)
        line = with_values(step.line, prepared)
        script.append(
            f'{{ {line}\n}} <"{out}/in.{number}" >"{out}/out.{number}" 2>&1; echo $? >"{out}/code.{number}"'
        )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    changes = {"PATH": path, "BROWSER": "true", "COLUMNS": "80"}
    subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment(home, None, changes),
        stdin=subprocess.DEVNULL,
        timeout=1200,
        check=False,
    )


def problems_of(step: Command, number: int, prepared: Preparation, folder: Path) -> list[str]:
    """Another exit code than promised, a traceback, or a line that is not shown."""
    said = (folder / "out" / f"out.{number}").read_text(encoding="utf-8", errors="replace")
    code = int((folder / "out" / f"code.{number}").read_text())
    shown = step.shown
    expected = prepared.exits.get(step.line, 0)
    problems = [] if code == expected or shown else [f"$ {step.line}: exit code {code}\n{said[-2000:]}"]
    if "Traceback" in said:
        problems.append(f"$ {step.line}: a traceback\n{said[-2000:]}")
    lines = [re.sub(r"\s+", " ", re.sub(r"^(> )+", "", line)).strip() for line in said.splitlines()]
    for line in shown:
        wanted = re.sub(r"\s+", " ", line).strip()
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("…")))
        place = next((at for at, came in enumerate(lines) if pattern.fullmatch(came)), None) if wanted else 0
        if place is None:
            problems.append(f"$ {step.line}: is not shown, or not in this order: {line}\n{said[-3000:]}")
            break
        lines = lines[place:] if not wanted or wanted == "…" else lines[place + 1 :]
    return problems


def with_values(line: str, prepared: Preparation) -> str:
    for name, value in prepared.values.items():
        line = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", value, line)
    return line
