"""The error–memory map: where the quantizers that a learner passed lie among the known schemes.

A point is measured by running the learner's passed file on one frozen matrix, by the same confined path as a
grading, with the file ``graders/ID/point.py`` in place of the hidden checks.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from tutor.course import Content, LoadedExercise
from tutor.course.models import Identifier, Model, Text
from tutor.course.validation import read_model
from tutor.errors import EnvironmentProblem
from tutor.grading import Grader, from_bytes
from tutor.progress import Store
from tutor.progress.files import make_folder, write_atomically

CACHE = "error-map.json"
SEED = 0  # the matrix is frozen, and nothing is drawn


@dataclass(frozen=True)
class Point:
    """One scheme: bits per weight, and ‖W − Ŵ‖² / ‖W‖². ``exercise`` is empty for a known scheme.

    ``note`` is a line for whoever would take its place for a verdict on the scheme; mostly there is none.
    """

    label: str
    bits: float
    error: float
    exercise: str = ""
    note: str = ""

    @property
    def decibels(self) -> float:
        """The error in dB: 10 · log10 of it; −6.02 dB is one bit at the Gaussian limit."""
        return 10 * math.log10(self.error) if self.error > 0 else -math.inf


@dataclass(frozen=True)
class Missing:
    """A passed exercise without a point, and why."""

    exercise: str
    title: str
    why: str


class KnownScheme(Model):
    """A labelled reference point; a test computes it again."""

    label: Text
    bits: float = Field(gt=0)
    error: float = Field(gt=0)


class KnownSchemes(Model):
    """``lessons/error_map.yaml``."""

    schemes: tuple[KnownScheme, ...] = Field(min_length=1)
    notes: dict[Identifier, Text] = Field(
        default={}, description="exercise: a line that stands below the map once it has a point there"
    )


def gaussian_limit(bits: float) -> float:
    """The least relative squared error that ``bits`` a weight leave of independent Gaussian weights: 2^(−2R)."""
    return float(2.0 ** (-2 * bits))


def known_points(content: Content) -> tuple[Point, ...]:
    """The course's reference points; none where it has no ``error_map.yaml``. Raises ContentProblem."""
    known = _known(content)
    if known is None:
        return ()
    return tuple(Point(one.label, one.bits, one.error) for one in sorted(known.schemes, key=_bits))


def _known(content: Content) -> KnownSchemes | None:
    file = content.root.lessons / "error_map.yaml"
    return read_model(file, KnownSchemes) if file.is_file() else None


def quantizers(content: Content) -> tuple[LoadedExercise, ...]:
    """The exercises whose solutions have a place on the map."""
    return tuple(exercise for exercise in content.exercises if exercise.on_the_map is not None)


async def own_points(
    grader: Grader, content: Content, store: Store, *, cache: Path | None = None
) -> AsyncIterator[Point | Missing]:
    """A point for each quantizer that was passed, in the order of the course.

    Args:
        grader: runs the learner's file.
        content: the course.
        store: keeps the files that passed.
        cache: a folder for points that were measured before, by the bytes of the file and of its checks.

    Raises:
        GraderFault: the grader itself failed.
        ContentProblem: ``error_map.yaml`` is broken.
    """
    kept, known = _Kept(cache), _known(content)
    notes = known.notes if known is not None else {}
    for exercise in quantizers(content):
        if store.exercise_state(exercise.id).first_pass is None:
            continue
        attempt = store.last_pass(exercise.id)
        if attempt is None or not attempt.source:
            yield Missing(exercise.id, exercise.title, "its file was not kept; submit it again")
            continue
        key = f"{attempt.sha256}-{exercise.grader_hash}"
        figures = kept.points.get(key)
        if figures is None:
            figures = await _measured(grader, exercise, attempt.source)
            if figures is None:
                yield Missing(
                    exercise.id, exercise.title, "it does not run on the map's matrix; submit it again"
                )
                continue
            kept.add(key, figures)
        yield Point(exercise.title, *figures, exercise=exercise.id, note=notes.get(exercise.id, ""))


async def _measured(grader: Grader, exercise: LoadedExercise, source: bytes) -> tuple[float, float] | None:
    plotted = exercise.on_the_map
    assert plotted is not None
    verdict = await grader.grade(plotted, from_bytes(source), device="cpu", seed=SEED)
    if not verdict.passed:
        return None
    figures = {one.name: one.value for check in verdict.checks for one in check.measurements}
    bits, error = figures.get("bits per weight"), figures.get("squared error")
    return None if bits is None or error is None else (bits, error)


class _Kept:
    """Points that were measured before. A broken or unwritable cache costs time and nothing else."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / CACHE if folder is not None else None
        self.points: dict[str, tuple[float, float]] = {}
        if self._file is not None:
            with suppress(OSError, ValueError, TypeError, AttributeError):
                found = json.loads(self._file.read_bytes())
                self.points = {str(key): (float(bits), float(error)) for key, (bits, error) in found.items()}

    def add(self, key: str, figures: tuple[float, float]) -> None:
        self.points[key] = figures
        if self._file is not None:
            with suppress(EnvironmentProblem):
                make_folder(self._file.parent)
                write_atomically(self._file, json.dumps(self.points).encode())


def _bits(scheme: KnownScheme) -> float:
    return scheme.bits
