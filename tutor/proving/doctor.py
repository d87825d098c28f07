"""``tutor doctor``: what this machine can do, what is missing, and what to do about it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tutor.compute.devices import list_devices
from tutor.errors import ContentProblem, UsageProblem
from tutor.paths import tutor_home
from tutor.proving import exercise_uses, machine_checks, place_checks
from tutor.proving.findings import Diagnosis, ExerciseUse, Finding

Check = Callable[[], Iterable[Finding]]


def examine(content: Path | None = None, home: Path | None = None) -> Diagnosis:
    """Look at everything. ``content`` and ``home`` override the course and the learner's home.

    Takes a few seconds, since PyTorch is imported in a process of its own. Raises nothing: a check
    that fails is a finding.
    """
    folder = home or tutor_home()
    uses: list[ExerciseUse] = []

    def exercises() -> Iterable[Finding]:
        with contextlib.suppress(ContentProblem, UsageProblem):  # which 'content' tells
            uses.extend(exercise_uses.look(content))
        return exercise_uses.missing(uses) if uses else ()

    checks: dict[str, Check] = {
        "python": machine_checks.python,
        "packages": machine_checks.packages,
        "torch": machine_checks.torch,
        "gpu": machine_checks.gpu,
        "memory": machine_checks.memory,
        "home": partial(place_checks.home, folder),
        "content": partial(place_checks.content, content),
        "exercises": exercises,
        "terminal": place_checks.terminal,
        "processes": machine_checks.processes,
        "worker": machine_checks.worker,
        "confinement": machine_checks.confinement,
        "memory-cap": machine_checks.memory_cap,
    }
    findings = tuple(finding for id, check in checks.items() for finding in _guarded(id, check))
    return Diagnosis(findings, list_devices(), tuple(uses))


def _guarded(id: str, check: Check) -> list[Finding]:
    try:
        return list(check())
    except Exception as error:
        detail = f"this could not be looked at: {type(error).__name__}: {error}"
        return [Finding(id, "warning", detail, "Please report this with 'tutor report'.")]
