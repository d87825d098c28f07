"""Verdicts from elsewhere: whether a document has the shape of ``tutor.verdict/1``, as far as it says anything.

An imported attempt and the journal of a class hold such documents, and all faces read them. What is missing is no
harm; what is of another kind than the contract says is let in nowhere. Unknown keys are a newer tutor's.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

_Count = Annotated[int, Field(ge=0, lt=2**63)]


def is_verdict(document: object) -> bool:
    """Whether faces can show it."""
    try:
        _Verdict.model_validate(document)
    except (ValidationError, RecursionError):
        return False
    return True


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class _Measurement(_Part):
    name: str
    value: float | None = None
    limit: float | None = None
    unit: str | None = ""
    better: Literal["lower", "higher"] = "lower"


class _Check(_Part):
    id: str
    title: str
    outcome: Literal["passed", "failed", "error", "skipped"]
    required: bool
    hidden: bool = True
    measurements: list[_Measurement] = []
    message: str | None = ""
    misconception: str | None = None
    hint: str | None = ""


class _Usage(_Part):
    payload_bytes: _Count | None = None
    peak_host_bytes: _Count | None = None
    peak_device_bytes: _Count | None = None
    cpu_seconds: float | None = None


class _Solution(_Part):
    path: str
    sha256: str


class TableShape(_Part):
    """A table of a verdict. ``plot`` names two of its columns."""

    title: str
    columns: list[str] = Field(min_length=1)
    rows: list[list[str | float | None]]
    plot: list[str] | None = Field(default=None, min_length=2, max_length=2)

    @model_validator(mode="after")
    def _holds_together(self) -> TableShape:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row is longer or shorter than the header")
        if any(column not in self.columns for column in self.plot or ()):
            raise ValueError("a column that is drawn is none of the table's")
        return self


class _Verdict(_Part):
    exercise: str = ""
    verdict: Literal["passed", "failed", "error", "timeout", "resource_limit", "cancelled"]
    device: str | None = "cpu"
    solution: _Solution | None = None
    seconds: float | None = None
    checks: list[_Check]
    usage: _Usage | None = None
    protections: dict[str, str] | None = None
    stdout: str | None = ""
    message: str | None = ""
    next: str | None = ""
    tables: list[TableShape] | None = None
