"""One untrusted file, run: the wire, the worker, its confinement, demos and tries.

Names are imported when first asked for: a worker, which lives in this package too, needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.sandbox.cases import CaseOutcome, run_cases
    from tutor.sandbox.example import run_example
    from tutor.sandbox.streams import DemoFailed, run_demo

_HOMES = {
    "CaseOutcome": "cases",
    "run_cases": "cases",
    "run_example": "example",
    "DemoFailed": "streams",
    "run_demo": "streams",
}

__all__ = ["CaseOutcome", "DemoFailed", "run_cases", "run_demo", "run_example"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
