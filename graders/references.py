"""The course's own solutions, for who compares with them."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def reference(exercise: str) -> ModuleType:
    """The module of an exercise's reference solution."""
    file = Path(__file__).parent / exercise / "reference.py"
    spec = importlib.util.spec_from_file_location(f"reference_of_{exercise.replace('-', '_')}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
