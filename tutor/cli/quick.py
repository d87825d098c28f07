"""Words and paths parsed without pydantic.

Typer builds a pydantic adapter for every value, even for one that was not given. That costs more than
the rest of a command such as ``tutor list``; a text, a path and nothing at all need no adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

_MAKERS: dict[Any, Callable[[str], Any]] = {str: str, Path: Path}


class QuickCommand(TyperCommand):
    """A command whose parameters take the short way where that gives the same."""

    def get_params(self, ctx: Any) -> list[Any]:
        return quickened(super().get_params(ctx))


def quickened(parameters: list[Any]) -> list[Any]:
    """The parameters of a command or group, told to take the short way."""
    for parameter in parameters:
        if not parameter.multiple and parameter.nargs == 1 and "process_value" not in vars(parameter):
            parameter.process_value = partial(_process, parameter, parameter.process_value)
    return parameters


def _process(parameter: Any, usual: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if isinstance(value, str) and annotation in _MAKERS:
        value = _MAKERS[annotation](value)
    elif value is not None or parameter.required:
        return usual(context, value)
    return parameter.callback(context, parameter, value) if parameter.callback else value
