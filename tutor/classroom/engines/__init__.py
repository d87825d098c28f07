"""Where gradings run. An engine is one module here, and one line in ``ENGINES``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from tutor.classroom.engines.base import Engine, Wanted
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import LoadedExercise
    from tutor.paths import ContentRoot

ENGINES = {
    "local": ("local", "LocalEngine"),
    "ray": ("on_ray", "RayEngine"),
}

__all__ = ["ENGINES", "Engine", "Wanted", "engine"]


def engine(name: str, root: ContentRoot, exercises: Sequence[LoadedExercise], wanted: Wanted) -> Engine:
    """The engine of a name, which starts when it is entered.

    Raises:
        UsageProblem: there is no such engine.
    """
    if name not in ENGINES:
        raise UsageProblem(
            f"There is no engine '{name[:40]}'.",
            where="--engine",
            next_step=f"Engines: {', '.join(ENGINES)}.",
        )
    module, kind = ENGINES[name]
    made: Engine = getattr(import_module(f"{__name__}.{module}"), kind)(root, exercises, wanted)
    return made
