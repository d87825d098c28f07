"""The doctor on exercises: the device that each would be graded on here, and what it needs that is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tutor.compute.devices import resolve_device
from tutor.compute.models import find_model
from tutor.compute.packages import missing_packages
from tutor.course import LoadedExercise, load_content
from tutor.paths import content_root
from tutor.proving.findings import ExerciseUse, Finding

NEEDS_CUDA = b"pytest.mark.cuda"  # a hidden check that is required on a GPU only
NEEDS_MODEL = "needs a real language model, which 'tutor model fetch' brings"
CPU_ONLY = "checks that need an NVIDIA GPU are skipped, and a pass is marked cpu-only"


def look(content: Path | None = None) -> tuple[ExerciseUse, ...]:
    """Every exercise of the course as ``--device auto`` would grade it.

    Raises:
        ContentProblem: the course does not load.
    """
    device = resolve_device("auto")
    return tuple(_use(exercise, device) for exercise in load_content(content_root(content)).exercises)


def missing(uses: Sequence[ExerciseUse]) -> Iterator[Finding]:
    """Packages that some exercise needs and that are not there, with the command that installs them."""
    lacking = [use for use in uses if use.missing]
    if not lacking:
        yield Finding("exercises", "ok", f"No package is missing for any of the {len(uses)} exercises.")
        return
    detail = "; ".join(f"{use.id} needs {' and '.join(use.missing)}" for use in lacking)
    packages = dict.fromkeys(package for use in lacking for package in use.missing)
    remedy = f"Run: {sys.executable} -m pip install {' '.join(packages)}"
    yield Finding("exercises", "warning", f"{detail}, not installed.", remedy)


def _use(exercise: LoadedExercise, device: str) -> ExerciseUse:
    on_gpu = device.startswith("cuda")
    about_gpus = not on_gpu and NEEDS_CUDA in exercise.checks_file.read_bytes()
    no_model = exercise.info.model and find_model() is None
    notes = [note for note, holds in ((NEEDS_MODEL, no_model), (CPU_ONLY, about_gpus)) if holds]
    return ExerciseUse(exercise.id, device, tuple(missing_packages(exercise.info.packages)), "; ".join(notes))
