"""One submission in, one verdict out.

Names are imported when first asked for: the judge, which lives in this package too, needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.grading.attempt import record, submit
    from tutor.grading.grader import Grader
    from tutor.grading.submission import Submission, from_bytes, read_submission
    from tutor.grading.verdict import CheckResult, GradingEvent, Measurement, Usage, Verdict

_HOMES = {
    "CheckResult": "verdict",
    "Grader": "grader",
    "GradingEvent": "verdict",
    "Measurement": "verdict",
    "Submission": "submission",
    "Usage": "verdict",
    "Verdict": "verdict",
    "from_bytes": "submission",
    "read_submission": "submission",
    "record": "attempt",
    "submit": "attempt",
}

__all__ = [
    "CheckResult",
    "Grader",
    "GradingEvent",
    "Measurement",
    "Submission",
    "Usage",
    "Verdict",
    "from_bytes",
    "read_submission",
    "record",
    "submit",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
