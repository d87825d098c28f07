"""What N submissions would take, from what runs here have taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutor.classroom.journal import Rate, Stopped
from tutor.errors import UsageProblem

LEAST_GRADED = 20
"""Below this the start of a run weighs more than its gradings: such runs count only where there is no other."""

NONE_STOPPED = Stopped()


@dataclass(frozen=True)
class Plan:
    """An estimate. ``service_seconds``: of one grading on one worker, with all workers busy.

    What ran to its time limit is told apart (``stopped``): a single endless loop in a small class would make every
    submission look slow.
    """

    submissions: int
    workers: int
    service_seconds: float
    measured: int
    bytes_each: float
    price: float
    stopped: Stopped = NONE_STOPPED

    @property
    def seconds_with_stopped(self) -> float:
        """From the first to the last, with as large a share that runs to the time limit as was measured."""
        share = self.stopped.count / (self.measured + self.stopped.count)
        longer = self.stopped.seconds / max(1, self.stopped.count) - self.service_seconds
        return self.seconds + self.submissions * share * max(0.0, longer) / self.workers

    @property
    def seconds(self) -> float:
        """From the first to the last, when all are there at once."""
        return self.submissions * self.service_seconds / self.workers

    @property
    def worker_hours(self) -> float:
        """Of all workers together, which is what is paid for."""
        return self.submissions * self.service_seconds / 3600

    @property
    def cost(self) -> float:
        """In the currency of the price of a worker's hour; 0 where none was named."""
        return self.worker_hours * self.price

    @property
    def journal_bytes(self) -> float:
        """How large the journal becomes on the disk."""
        return self.submissions * self.bytes_each

    def to_json(self) -> dict[str, Any]:
        """The ``tutor.plan/1`` document; ``cost`` is None where no price was named."""
        return {
            "schema": "tutor.plan/1",
            "submissions": self.submissions,
            "workers": self.workers,
            "seconds": round(self.seconds, 1),
            "seconds_each": round(self.service_seconds, 4),
            "worker_hours": round(self.worker_hours, 3),
            "cost": round(self.cost, 2) if self.price else None,
            "journal_bytes": round(self.journal_bytes),
            "measured_gradings": self.measured,
            "stopped_gradings": self.stopped.count,
            "seconds_with_stopped": round(self.seconds_with_stopped, 1),
        }


def plan(
    submissions: int,
    rates: Sequence[Rate],
    journal_bytes: int,
    kept: int,
    *,
    workers: int = 0,
    price: float = 0.0,
    stopped: Stopped = NONE_STOPPED,
) -> Plan:
    """The plan for so many submissions, none of them identical.

    Args:
        rates: what was measured.
        journal_bytes, kept: the journal's size, and the gradings in it.
        workers: as many as were measured last, if 0.
        price: of one worker for an hour.
        stopped: what of it ran to its time limit.

    Raises:
        UsageProblem: nothing was measured yet.
    """
    counted = [rate for rate in rates if rate.graded >= LEAST_GRADED] or list(rates)
    graded = sum(rate.graded for rate in counted)
    if not graded:
        raise UsageProblem(
            "Nothing was measured here yet.",
            where="--plan",
            next_step="Grade some submissions first ('tutor grade DIR --out FILE'): the plan is made from their rate.",
        )
    service = sum(rate.seconds * min(rate.workers, rate.graded) for rate in counted) / graded
    others = sum(rate.grading_seconds for rate in counted) - stopped.seconds
    if others > 0 and 0 < stopped.count < graded:
        graded -= stopped.count
        service = (
            others / graded
        )  # no share of the run: while one ran on, other workers may have had nothing to do
    else:
        stopped = NONE_STOPPED
    each = journal_bytes / max(1, kept)
    return Plan(submissions, workers or counted[-1].workers, service, graded, each, price, stopped)
