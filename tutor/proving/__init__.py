"""Many gradings of one thing: every exercise proves its own grader."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.proving.report import ExerciseProof, ValidationReport
    from tutor.proving.validation import validate

_HOMES = {"ExerciseProof": "report", "ValidationReport": "report", "validate": "validation"}

__all__ = ["ExerciseProof", "ValidationReport", "validate"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
