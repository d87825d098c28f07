"""What every engine is to a class run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tutor.classroom.jobs import Job, Outcome


@dataclass(frozen=True)
class Wanted:
    """What was asked of an engine.

    Args:
        device: ``auto``, ``cpu``, or ``cuda[:N]``.
        workers: gradings at once; 0 for as many as there is room for.
        address: of a cluster that runs already; empty for one of its own.
        gpus: the share of a GPU that a grading takes.
    """

    device: str = "auto"
    workers: int = 0
    address: str = ""
    gpus: float = 0.0


class Engine(Protocol):
    """Grades what it is given, as many at once as it has ``workers``. An async context manager."""

    name: str
    workers: int
    device: str
    """The kind of device, ``cpu`` or ``cuda``: part of what a grading is known by."""

    async def __aenter__(self) -> Engine:
        """Starts it. Raises EnvironmentProblem."""

    async def __aexit__(self, *problem: object) -> None: ...

    async def grade(self, job: Job) -> Outcome:
        """How one grading ended; a fault of grader or machine is an outcome too. Cancelling ends it."""
