"""Templates and expressions of quiz files: Jinja in a sandbox, compiled once.

A course may come from a stranger, and its templates run in this process. So they are arithmetic and a few functions,
whose results are bounded in digits and length: no statements, no methods, no filters but those named here.

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
MOST_BITS = 1024
"""Of a product of whole numbers."""
MOST_DIGITS = 100
"""That a number may be rounded or shown to."""
LONGEST_VALUE = 2_000
LONGEST_TEXT = 200_000
"""Characters of what an expression gives, of what a template gives."""
MOST_EXPRESSIONS = 500
"""In one template: compiling takes longer than running."""
HARMLESS_FILTERS = ("abs", "float", "int", "length", "lower", "trim", "upper")
"""Jinja's own that give at most what they were given."""


def rounded(value: float, digits: int | None = None) -> float:
    """``round``, to a bounded number of digits."""
    return round(value, None if digits is None else _bounded(digits))


def _bounded(digits: int) -> int:
    if abs(digits) > MOST_DIGITS:
        raise ValueError(f"{digits} digits are more than {MOST_DIGITS}")
    return digits


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": rounded,
    "ceil": math.ceil,
    "floor": math.floor,
    "log2": math.log2,
    "sqrt": math.sqrt,
}


def render(source: str, variables: Mapping[str, object], *, code: bool = False) -> str:
    """The template with its variables put in. Raises whatever Jinja or the arithmetic raises."""
    if "{" not in source:
        return source
    if source.count("{") > 2 * MOST_EXPRESSIONS:
        raise ValueError(f"a template has at most {MOST_EXPRESSIONS} expressions")
    parts, length = [], 0
    for part in _compiled(source, code).generate(variables):
        parts.append(part)
        length += len(part)
        if length > LONGEST_TEXT:
            raise ValueError(f"more than {LONGEST_TEXT:,} characters come of this template")
    return "".join(parts)


def evaluate(source: str, variables: Mapping[str, object]) -> Any:
    """The value of an expression. Raises whatever Jinja or the arithmetic raises."""
    from jinja2 import StrictUndefined

    value = _expression(source)(variables)
    if isinstance(value, StrictUndefined):
        value.__str__()  # raises UndefinedError with the name that is missing
    if isinstance(value, str | list | tuple | dict) and len(value) > LONGEST_VALUE:
        raise ValueError(f"the value has more than {LONGEST_VALUE:,} characters or entries")
    return value


@lru_cache(maxsize=8192)
def _compiled(source: str, code: bool) -> Any:
    return _environment(code).from_string(source)


@lru_cache(maxsize=8192)
def _expression(source: str) -> Callable[[Mapping[str, object]], Any]:
    return _environment(False).compile_expression(source, undefined_to_none=False)


@lru_cache(maxsize=2)
def _environment(code: bool) -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined, nodes
    from jinja2.exceptions import SecurityError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        """Arithmetic that could fill memory or run for minutes is refused."""

        intercepted_binops = frozenset({"**", "*", "%"})

        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            template = super()._parse(source, name, filename)
            for statement in template.body:
                if not isinstance(statement, nodes.Output):
                    message = "only {{ expressions }} may stand here, no {% statements %}"
                    raise TemplateSyntaxError(message, statement.lineno)
            return template

        def wrap_str_format(self, value: Any) -> None:
            """No method at all, so that ``format``, which the sandbox else takes over, is none either."""
            return

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return False

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
                raise SecurityError(f"'{operator}' is for numbers only")
            if operator == "%":
                return left % right
            if operator == "*":
                whole = isinstance(left, int) and isinstance(right, int)
                if whole and left.bit_length() + right.bit_length() > MOST_BITS:
                    raise SecurityError("a product is too large")
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
    harmless = {name: environment.filters[name] for name in HARMLESS_FILTERS}
    environment.filters.clear()
    environment.filters.update(harmless, round=rounded, thousands=thousands, sci=sci, fixed=fixed)
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
    mantissa, _, exponent = f"{value:.{_bounded(digits)}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def fixed(value: float, digits: int = 2) -> str:
    """A fixed number of decimals: ``fixed(3.14159, 2)`` is ``3.14``."""
    return f"{value:.{_bounded(digits)}f}"
