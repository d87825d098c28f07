"""How a tool is offered and called: its signature is its schema, and each call is checked and within its time.

MCP's server builds schemas from the same signatures by itself; the chat sends those of ``schema``.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from tutor.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from pydantic import BaseModel

Tool = Callable[..., Awaitable[str]]

# Bounds are checked here and need no telling: a server that makes a grammar of a schema chokes on large ones.
_UNTOLD = {"title", "maxLength", "maxProperties", "exclusiveMaximum"}


def name_of(tool: Tool) -> str:
    """The name under which a tool is offered and called."""
    return str(tool.__name__)


def within(tool: Tool, seconds: float) -> Tool:
    """The tool with a limit on its time.

    Raises, when called:
        EnvironmentProblem: it took longer, and was stopped.
    """

    @functools.wraps(tool)
    async def call(**arguments: Any) -> str:
        try:
            async with asyncio.timeout(seconds):
                return await tool(**arguments)
        except TimeoutError:
            raise EnvironmentProblem(f"It took longer than {seconds:g} s and was stopped.") from None

    # With hints as types, not as text: schemas are built from them.
    call.__signature__ = inspect.signature(tool, eval_str=True)  # type: ignore[attr-defined]
    call.__annotations__ = inspect.get_annotations(getattr(tool, "__func__", tool), eval_str=True)
    return call


def arguments_of(tool: Tool) -> type[BaseModel]:
    """A model of a tool's arguments, from its signature."""
    from pydantic import ConfigDict, create_model

    fields: dict[str, Any] = {
        name: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in inspect.signature(tool, eval_str=True).parameters.items()
    }
    return create_model(name_of(tool), __config__=ConfigDict(extra="forbid"), **fields)


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of arguments: an object, each member with its type and description."""
    told: dict[str, Any] = _told(model.model_json_schema())
    del told["additionalProperties"]
    return {"properties": {}, **told}


async def checked_call(tool: Tool, model: type[BaseModel], arguments: Mapping[str, Any]) -> str:
    """What a tool answers to arguments that came from outside.

    Raises:
        UsageProblem: an argument is missing, unknown, or no value of its kind. And what the tool raises.
    """
    from pydantic import ValidationError

    try:
        checked = model.model_validate(dict(arguments))
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        takes = ", ".join(model.model_fields) or "nothing"
        where = str(wrong["loc"][0]) if wrong["loc"] else ""
        raise UsageProblem(f"{wrong['msg']}.", where=where, next_step=f"It takes: {takes}.") from None
    return await tool(**{name: getattr(checked, name) for name in model.model_fields})


def _told(part: Any, *, names: bool = False) -> Any:
    """A schema without what need not be told. ``names``: the keys of this part are names of arguments."""
    if isinstance(part, list):
        return [_told(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _told(value, names=key == "properties")
        for key, value in part.items()
        if names or key not in _UNTOLD
    }
