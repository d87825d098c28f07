"""What the doctor reports: findings, each with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tutor.compute.gpus import Device

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``problem``: nothing can be graded until it is mended. ``warning``: something is lost, and
    ``remedy`` says how to have it. ``remedy`` is empty when all is well.
    """

    id: str
    state: State
    detail: str
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        return {"id": self.id, "state": self.state, "detail": self.detail, "remedy": self.remedy}


@dataclass(frozen=True)
class ExerciseUse:
    """The device on which an exercise would be graded here, the packages it lacks, and a note, empty if none."""

    id: str
    device: str
    missing: tuple[str, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, object]:
        return {"id": self.id, "device": self.device, "missing": list(self.missing), "note": self.note}


@dataclass(frozen=True)
class Diagnosis:
    """All findings, devices, and what exercises use of them. ``ok`` is False when nothing can be graded."""

    findings: tuple[Finding, ...]
    devices: tuple[Device, ...]
    exercises: tuple[ExerciseUse, ...] = ()

    @property
    def ok(self) -> bool:
        return all(finding.state != "problem" for finding in self.findings)

    def to_json(self) -> dict[str, object]:
        """The ``tutor.doctor/1`` document."""
        return {
            "schema": "tutor.doctor/1",
            "ok": self.ok,
            "findings": [finding.to_json() for finding in self.findings],
            "devices": [device.to_json() for device in self.devices],
            "exercises": [exercise.to_json() for exercise in self.exercises],
        }
