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
from typer.exceptions import TyperException

_MAKERS: dict[Any, Callable[[str], Any]] = {str: str, Path: Path}


class QuickCommand(TyperCommand):
    """A command whose parameters take the short way where that gives the same."""

    def get_params(self, ctx: Any) -> list[Any]:
        return quickened(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            if getattr(error, "ctx", ctx) is None:  # the parser does not say of which command it complains
                error.ctx = ctx  # type: ignore[attr-defined]
            raise


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
