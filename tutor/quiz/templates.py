"""Templates and expressions of quiz files: Jinja in a sandbox, compiled once.

Prose shows a float that is a whole number without its point (``7.0`` as ``7``) and others with
at most twelve digits; code shows numbers as Python's ``repr`` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tutor.quiz.wording import number_text

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST_POWER = 10.0**300

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "ceil": math.ceil,
    "floor": math.floor,
    "log2": math.log2,
    "sqrt": math.sqrt,
}


def render(source: str, variables: Mapping[str, object], *, code: bool = False) -> str:
    """The template with its variables put in. Raises whatever Jinja or the arithmetic raises."""
    if "{" not in source:
        return source
    template = _compiled(source, code)
    return template if isinstance(template, str) else str(template.render(variables))


def evaluate(source: str, variables: Mapping[str, object]) -> Any:
    """The value of an expression. Raises whatever Jinja or the arithmetic raises."""
    from jinja2 import StrictUndefined

    value = _expression(source)(variables)
    if isinstance(value, StrictUndefined):
        value.__str__()  # raises UndefinedError with the name that is missing
    return value


@lru_cache(maxsize=8192)
def _compiled(source: str, code: bool) -> Any:
    return _environment(code).from_string(source)


@lru_cache(maxsize=8192)
def _expression(source: str) -> Callable[[Mapping[str, object]], Any]:
    return _environment(False).compile_expression(source, undefined_to_none=False)


@lru_cache(maxsize=2)
def _environment(code: bool) -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        """Arithmetic that could fill memory or run for minutes is refused."""

        intercepted_binops = frozenset({"**", "*"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "*":
                if isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
                    raise SecurityError("'*' multiplies numbers only")
                return left * right
            if abs(right) * math.log(max(abs(left), 2)) > math.log(LARGEST_POWER):
                raise SecurityError(f"{left} ** {right} is too large")
            return left**right

    environment = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        cache_size=0,
        finalize=_code_text if code else _prose_text,
    )
    environment.globals.clear()
    environment.globals.update(FUNCTIONS)
    environment.filters.update(round=round, thousands=thousands, sci=sci, fixed=fixed)
    return environment


def _prose_text(value: object) -> object:
    return number_text(value) if isinstance(value, float) else value


def _code_text(value: object) -> object:
    return repr(value) if isinstance(value, float) else value


def thousands(value: float) -> str:
    """``7000000`` as ``7,000,000``; a fraction keeps its digits."""
    text = number_text(value)
    whole, point, fraction = text.lstrip("-").partition(".")
    grouped = f"{int(whole):,}{point}{fraction}" if whole.isdigit() else f"{whole}{point}{fraction}"
    return f"-{grouped}" if text.startswith("-") else grouped


def sci(value: float, digits: int = 1) -> str:
    """``7000000`` as ``7.0e6``, as one may also type it."""
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def fixed(value: float, digits: int = 2) -> str:
    """A fixed number of decimals: ``fixed(3.14159, 2)`` is ``3.14``."""
    return f"{value:.{digits}f}"
