"""Words and paths parsed without pydantic.

Typer builds a pydantic adapter for every value, even for one that was not given. That costs more than
the rest of a command such as ``tutor list``; a text, a path and nothing at all need no adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

_MAKERS: dict[Any, Callable[[str], Any]] = {str: str, Path: Path}


def quickened(command: Any) -> Any:
    """The command, its parameters changed to take the short way where that gives the same."""
    for parameter in command.params:
        if not parameter.multiple and parameter.nargs == 1:
            parameter.process_value = partial(_process, parameter, parameter.process_value)
    return command


def _process(parameter: Any, usual: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if isinstance(value, str) and annotation in _MAKERS:
        value = _MAKERS[annotation](value)
    elif value is not None or parameter.required:
        return usual(context, value)
    return parameter.callback(context, parameter, value) if parameter.callback else value
