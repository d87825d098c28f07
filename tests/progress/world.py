"""What the tests of progress share: a clock to turn, verdicts, and a tiny course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

COURSE = Path(__file__).parent / "course"
NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)


@dataclass
class TurnableClock:
    """Gives ``at``, a microsecond later each time, and goes on when it is turned."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def turn(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


def verdict(exercise: str, verdict: str = "failed", *, device: str = "cpu", **check: object) -> dict:
    """A ``tutor.verdict/1`` document with one check."""
    outcome = "passed" if verdict == "passed" else "failed"
    checks = [
        {
            "id": "round_trip",
            "title": "Each row comes back",
            "outcome": outcome,
            "required": True,
            "hidden": True,
            "measurements": [
                {"name": "relative error", "value": 1.5, "limit": 1.05, "unit": "", "better": "lower"}
            ],
            "message": "",
            "misconception": None,
            "hint": None,
            **check,
        }
    ]
    return {
        "schema": "tutor.verdict/1",
        "exercise": exercise,
        "verdict": verdict,
        "device": device,
        "solution": {"path": "/home/ada/per_row_scales.py", "sha256": ""},
        "seconds": 0.5,
        "checks": checks,
        "usage": {},
        "protections": {"landlock": "active"},
        "stdout": "what the learner printed",
        "message": "",
    }
