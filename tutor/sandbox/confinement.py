"""Confinement of a worker: what keeps an untrusted file from the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def confine(plan: dict[str, Any], *, keep: Sequence[int]) -> dict[str, str]:
    """Applies what this machine allows. Called once, in the forked worker, before the learner's file is read."""
    return {}


def probe() -> dict[str, str]:
    """Each layer by name: ``active`` or ``unavailable: why``."""
    return {}
