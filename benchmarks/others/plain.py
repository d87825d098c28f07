"""What the checks of the benchmark's exercises need where another grader runs them: the same words, no sandbox.

``SIZE`` is the side of the matrices, ``SEED`` fixes the inputs. The checks are those of ``row_checks``.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks/course/graders")]

import row_checks  # noqa: E402

from tutor.grading.checks import Expect, Measure, payload_bytes  # noqa: E402
from tutor.grading.draw import Draw  # noqa: E402

CHECKS = [name for name in vars(row_checks) if name.startswith("test_")]


def load(path: str | Path) -> ModuleType:
    """The solution, imported here: what a grader should never do."""
    spec = importlib.util.spec_from_file_location("solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_check(name: str, solution: object, seed: int | None = None, size: int | None = None) -> None:
    """Runs one check on a solution; raises where it does not pass."""
    row_checks.set_size(size or int(os.environ["SIZE"]))
    fixtures = {
        "solution": solution,
        "draw": Draw(int(os.environ["SEED"]) if seed is None else seed, name),
        "expect": Expect(),
        "measure": Measure(),
        "payload_bytes": payload_bytes,
    }
    check = getattr(row_checks, name)
    check(**{word: fixtures[word] for word in inspect.signature(check).parameters})
