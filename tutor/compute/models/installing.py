"""Putting a model in its place: made aside, one rename, and nothing half-made left, however it ends.

A *source* knows how to make a model; this knows the folder that models lie in: its lock, what a killed fetch
left there, and what stands in a new model's place.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tutor.amounts import size
from tutor.compute.models.manifest import Manifest, read_manifest
from tutor.compute.models.progress import Progress, Tell
from tutor.errors import EnvironmentProblem, UsageProblem

PART = ".part-"
ROOM = "Make room, or set TUTOR_MODELS to a folder on another disk."


class Source(Protocol):
    """Something that a model can be made of."""

    @property
    def id(self) -> str:
        """The name of the model's folder among the models."""

    @property
    def label(self) -> str:
        """Where the model comes from, as its manifest says it."""

    def is_there(self, place: Path) -> bool:
        """Whether ``place`` holds just this, whole; may read all of it."""

    def replaces(self, there: Manifest) -> bool:
        """Whether a model with this manifest, damaged or older, may make room for this."""

    def make(self, part: Path, tell: Tell) -> Path:
        """A folder inside ``part`` with the finished model and its manifest.

        Raises:
            TutorProblem: it can't be made; what lies in ``part`` is thrown away.
        """


def install(source: Source, shelf: Path, tell: Tell) -> bool:
    """Put the model under its id in ``shelf``, unless it is there already (then True).

    Several may call it at once, in one process or many: one works, the others wait and find it there.

    Raises:
        TutorProblem: of the source, of the disk, or that another model has this id. Nothing is left behind.
    """
    place = shelf / source.id
    with writing(shelf):
        if os.path.lexists(place):
            tell(Progress("Checking what is there"))
            if source.is_there(place):  # before the lock, which a shelf that is shared may not let us write
                return True
        shelf.mkdir(parents=True, exist_ok=True)
        with alone(shelf, tell), making(shelf) as part:
            if source.is_there(place):
                return True
            _refuse_another(source, place)
            made = source.make(part, tell)
            for file in made.iterdir():
                file.chmod(0o644)  # some libraries write for their owner only, and a shelf may be shared
            if os.path.lexists(place):  # damaged, or of another version
                os.rename(place, part / "old")
            os.rename(made, place)
    return False


def _refuse_another(source: Source, place: Path) -> None:
    """An id belongs to what took it first, until that is removed."""
    there = read_manifest(place)
    if there and there.source and not source.replaces(there):
        raise UsageProblem(
            f"There is another model '{source.id}' already, fetched from {there.source}.",
            where=str(place),
            next_step=f"Add '--as ID' to give this one another id, or run 'tutor model remove {source.id}' first.",
        )


@contextlib.contextmanager
def making(shelf: Path) -> Iterator[Path]:
    """A folder to work in, which goes away with all that is in it; so does what a killed process left.

    Only under the lock of `alone`.
    """
    for left in shelf.glob(f"{PART}*"):
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=PART, dir=shelf))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def alone(shelf: Path, tell: Tell = lambda progress: None) -> Iterator[None]:
    """Hold the folder's lock, which the kernel drops when its holder dies."""
    with open(shelf / ".lock", "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(Progress("Waiting for another 'tutor model' to end"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def writing(shelf: Path) -> Iterator[None]:
    """Say what an ``OSError`` means."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(shelf) from error
        raise EnvironmentProblem(
            f"Models cannot be read or written there: {error.strerror or error}.",
            where=str(error.filename or shelf),
            next_step="Set TUTOR_MODELS (or TUTOR_HOME) to a folder that you can write.",
        ) from error


def check_space(shelf: Path, needed: int) -> None:
    """Refuse before the work what could only fail after it.

    Raises:
        EnvironmentProblem: fewer than ``needed`` bytes are free.
    """
    free = shutil.disk_usage(shelf).free
    if free < needed:
        raise EnvironmentProblem(
            f"Fetching takes {size(needed)} of space for a while, and {size(free)} are free.",
            where=str(shelf),
            next_step=ROOM,
        )


def disk_full(shelf: Path) -> EnvironmentProblem:
    """That the disk filled up on the way."""
    return EnvironmentProblem("The disk is full. Nothing was kept.", where=str(shelf), next_step=ROOM)
