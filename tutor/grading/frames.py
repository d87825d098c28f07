"""What a judge says, frame by frame: the shape that each kind of frame must have before anything is made of it.

The judge is ours and trusted, but the check files it runs are an author's, and a process may always go wrong. A frame
of another shape is a fault of the grader, never half a verdict. Unknown keys are no harm.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor.grading.verdict import Outcome
from tutor.progress.documents import TableShape
from tutor.sandbox.wire import Frame


class Misunderstood(Exception):
    """A frame that no judge of ours sends. The message completes 'the judge said …'."""


def require_understood(frame: Frame) -> None:
    """Looks at the shape of a frame and changes nothing in it.

    Raises:
        Misunderstood: it has another.
    """
    try:
        _Said.model_validate(frame)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Misunderstood(f"what nobody understands, at '{place[:80]}'") from None


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Described(_Part):
    id: str
    title: str
    required: bool
    cuda: bool


class _Measured(_Part):
    model_config = ConfigDict(extra="forbid")

    name: str
    value: float | None
    limit: float | None
    unit: str
    better: Literal["lower", "higher"]


class _Failure(_Part):
    expected: str
    came: str
    misconception: str | None


class _TraceLine(_Part):
    line: int
    name: str
    text: str


class _Error(_Part):
    """As ``told_errors.clean_error`` makes it."""

    kind: str
    type: str
    name: str
    message: str
    signature: str
    given: int | None
    defined: list[str]
    frames: list[_TraceLine]
    free_bytes: int | None = None


class _Lost(_Part):
    name: str
    why: str
    pid: int


class _Checked(_Described):
    outcome: Outcome
    measurements: list[_Measured]
    failure: _Failure = Field(default=None)  # type: ignore[assignment]  # absent, never null
    error: _Error = Field(default=None)  # type: ignore[assignment]
    lost: _Lost = Field(default=None)  # type: ignore[assignment]
    why: str = ""


class _Working(_Part):
    model_config = ConfigDict(extra="forbid")

    note: str
    number: int
    of: int


class _Done(_Part):
    payload_bytes: int | None
    peak_host_bytes: int | None
    told_device_bytes: int | None = None
    heap_bytes: int
    touched: list[int] = Field(min_length=2, max_length=2)
    draws: dict[str, list[object]]


class _Said(_Part):
    """One frame; it has one of these keys."""

    collected: list[_Described] = []
    protections: dict[str, str] = {}
    calling: str = ""
    working: _Working = Field(default=None)  # type: ignore[assignment]
    check: _Checked = Field(default=None)  # type: ignore[assignment]
    table: TableShape = Field(default=None)  # type: ignore[assignment]
    done: _Done = Field(default=None)  # type: ignore[assignment]
    fault: str = ""
    unusable: str = ""
