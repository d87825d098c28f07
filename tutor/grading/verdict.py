"""The verdict: what pytest saw and what the kernel measured, as ``tutor.verdict/1``."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Literal

SCHEMA = "tutor.verdict/1"
PROCESS_ENDED = "its process ended"  # why a check lost the learner's process, where the kernel knows more

Outcome = Literal["passed", "failed", "error", "skipped"]
VerdictName = Literal["passed", "failed", "error", "timeout", "resource_limit", "cancelled"]

EXIT_CODES: dict[str, int] = {
    "passed": 0,
    "failed": 1,
    "error": 1,
    "timeout": 4,
    "resource_limit": 4,
    "cancelled": 130,
}

HEADLINES: dict[str, str] = {
    "passed": "Passed",
    "failed": "Not passed yet",
    "error": "Your code did not run",
    "timeout": "Stopped: it took too long",
    "resource_limit": "Stopped: it used too much",
    "cancelled": "Cancelled",
}
"""What each verdict is called to the learner."""


@dataclass(frozen=True)
class Measurement:
    """One measured figure beside its limit, both in ``unit``; ``better`` says which side passes."""

    name: str
    value: float | None
    limit: float | None
    unit: str = ""
    better: Literal["lower", "higher"] = "lower"

    @property
    def ratio(self) -> float | None:
        """How much of the limit is used: at most 1 passes. ``None`` where it was not measured."""
        if self.value is None or self.limit is None:
            return None
        above, below = (self.value, self.limit) if self.better == "lower" else (self.limit, self.value)
        if below == 0:
            return 0.0 if above == 0 else math.inf
        if self.better == "higher" and below < 0 < above:
            return math.inf  # on the wrong side of zero: no share of the limit
        return above / below

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": finite(self.value),
            "limit": finite(self.limit),
            "unit": self.unit,
            "better": self.better,
        }


@dataclass(frozen=True)
class CheckResult:
    """One check as the learner sees it."""

    id: str
    title: str
    outcome: Outcome
    required: bool = True
    hidden: bool = True
    measurements: tuple[Measurement, ...] = ()
    message: str = ""
    misconception: str | None = None
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "outcome": self.outcome,
            "required": self.required,
            "hidden": self.hidden,
            "measurements": [measurement.to_json() for measurement in self.measurements],
            "message": self.message,
            "misconception": self.misconception,
            "hint": self.hint,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> CheckResult:
        """The check in a ``tutor.verdict/1`` document."""
        measurements = tuple(
            Measurement(**_known(Measurement, m)) for m in document.get("measurements") or ()
        )
        told = {name: document.get(name) or "" for name in ("message", "hint")}
        return cls(**{**_known(cls, document), **told, "measurements": measurements})


@dataclass(frozen=True)
class Usage:
    """What the grading used: bytes that crossed, peak memory in bytes, CPU seconds; ``None``: not measured."""

    payload_bytes: int | None = None
    peak_host_bytes: int | None = None
    peak_device_bytes: int | None = None
    cpu_seconds: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "payload_bytes": self.payload_bytes,
            "peak_host_bytes": self.peak_host_bytes,
            "peak_device_bytes": self.peak_device_bytes,
            "cpu_seconds": finite(self.cpu_seconds),
        }


@dataclass(frozen=True)
class Table:
    """Figures that belong to a verdict and are no limits: a row for each layer of a model, say.

    ``plot`` names two columns to be drawn against each other, across and up.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    plot: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        rows = [[cell if isinstance(cell, str) else finite(cell) for cell in row] for row in self.rows]
        drawn = {"plot": list(self.plot)} if self.plot is not None else {}
        return {"title": self.title, "columns": list(self.columns), "rows": rows, **drawn}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Table:
        plot = document.get("plot")
        return cls(
            document["title"],
            tuple(document["columns"]),
            tuple(map(tuple, document["rows"])),
            (str(plot[0]), str(plot[1])) if plot else None,
        )


@dataclass(frozen=True)
class Verdict:
    """The answer to one submission. ``message`` and ``next_step`` sum it up in a line each."""

    exercise: str
    verdict: VerdictName
    device: str
    path: str
    sha256: str
    seconds: float
    checks: tuple[CheckResult, ...] = ()
    usage: Usage = Usage()
    protections: dict[str, str] = field(default_factory=dict)
    stdout: str = ""
    message: str = ""
    next_step: str = ""
    tables: tuple[Table, ...] = ()

    @property
    def passed(self) -> bool:
        return self.verdict == "passed"

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.verdict]

    @property
    def worst_ratio(self) -> float | None:
        """The largest share of a limit that any measurement used."""
        ratios = [m.ratio for check in self.checks for m in check.measurements if m.ratio is not None]
        return max(ratios, default=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "exercise": self.exercise,
            "verdict": self.verdict,
            "device": self.device,
            "solution": {"path": self.path, "sha256": self.sha256},
            "seconds": finite(self.seconds),
            "checks": [check.to_json() for check in self.checks],
            "usage": self.usage.to_json(),
            "protections": dict(self.protections),
            "stdout": self.stdout,
            "message": self.message,
            "next": self.next_step,
            **({"tables": [table.to_json() for table in self.tables]} if self.tables else {}),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Verdict:
        """The verdict in a ``tutor.verdict/1`` document (of the progress store, say).

        One that was imported may be an older or a newer tutor's: what it does not say, or says beside, is no harm.
        """
        solution = document.get("solution") or {}
        return cls(
            exercise=document["exercise"],
            verdict=document["verdict"],
            device=document.get("device") or "cpu",
            path=solution.get("path", ""),
            sha256=solution.get("sha256", ""),
            seconds=document.get("seconds") or 0.0,
            checks=tuple(map(CheckResult.from_json, document["checks"])),
            usage=Usage(**_known(Usage, document.get("usage") or {})),
            protections=document.get("protections") or {},
            stdout=document.get("stdout") or "",
            message=document.get("message") or "",
            next_step=document.get("next") or "",
            tables=tuple(map(Table.from_json, document.get("tables") or ())),
        )


@dataclass(frozen=True)
class GradingEvent:
    """Progress of a grading: ``check`` number ``number`` of ``of`` has its result, and so on.

    ``working`` comes within a check that takes long: ``note`` says what is being done.
    """

    kind: Literal["started", "loaded", "working", "check", "verdict"]
    number: int = 0
    of: int = 0
    check: CheckResult | None = None
    verdict: Verdict | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "schema": "tutor.event/1",
            "event": self.kind,
            "number": self.number,
            "of": self.of,
        }
        if self.note:
            document["note"] = self.note
        if self.check is not None:
            document["check"] = self.check.to_json()
        if self.verdict is not None:
            document["verdict"] = self.verdict.to_json()
        return document


def _known(kind: type, document: dict[str, Any]) -> dict[str, Any]:
    """What a document says of the fields of a dataclass."""
    return {one.name: document[one.name] for one in fields(kind) if one.name in document}


def finite(value: float | None) -> float | None:
    """``value`` where it is a finite number; JSON has no other."""
    return value if value is not None and math.isfinite(value) else None
