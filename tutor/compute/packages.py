"""Packages that only some exercises need, and that a small installation leaves out."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable

from tutor.errors import EnvironmentProblem


def missing_packages(names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are not installed."""
    return [name for name in names if importlib.util.find_spec(name) is None]


def require_packages(names: Iterable[str], what_for: str) -> None:
    """Looks whether packages are there, without importing them.

    Args:
        names: as in an ``import`` statement, which is also what pip calls them.
        what_for: the id of the exercise that needs them.

    Raises:
        EnvironmentProblem: one is not installed. Its next step is the command that installs it.
    """
    for name in missing_packages(names):
        raise EnvironmentProblem(
            f"'{what_for}' needs the package '{name}', which is not installed.",
            next_step=f"Run: {sys.executable} -m pip install {name}",
        )
