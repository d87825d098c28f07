"""The changes that make mutants: each takes a node of the syntax tree and yields what may stand in its place."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Set
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeGuard

from tutor.proving.operators import (
    AXES,
    BUILTINS,
    CHOICES,
    COMPARISONS,
    DTYPES,
    MODULES,
    NAMES,
    NEED_ALL,
    OMITTED,
    OPERATORS,
)


@dataclass(frozen=True)
class Place:
    """Where a node stands: inside what, and which names have a value before its statement."""

    parent: ast.AST
    bound: Set[str]


Change = Callable[[ast.AST, Place], Iterator[ast.AST]]


def changed_operator(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``+`` for ``-``, ``/`` for ``*``, ``and`` for ``or``; of assignments too."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for kind in OPERATORS.get(type(node.op), ()):
            yield _with(node, op=kind())


def changed_comparison(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``<=`` for ``<``, and the opposite."""
    if isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            for kind in COMPARISONS.get(type(operator), ()):
                yield _with(node, ops=[*node.ops[:number], kind(), *node.ops[number + 1 :]])


def negated_condition(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``if not x`` for ``if x``; comparisons have opposites of their own."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp)) and not isinstance(
        node.test, (ast.Compare, ast.UnaryOp)
    ):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.comprehension):
        for number in range(len(node.ifs)):
            yield _with(node, ifs=node.ifs[:number] + node.ifs[number + 1 :])


def sign_dropped(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``x`` for ``-x``, ``not x`` and ``~x``; numbers are changed as a whole."""
    if isinstance(node, ast.UnaryOp) and _number(node) is None:
        yield node.operand


def changed_constant(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """The next integers, 1 more or less (a fraction: twice and half), and the other truth value."""
    if isinstance(place.parent, ast.keyword) and place.parent.arg in ("dim", "axis"):
        return
    value = _number(node)
    if isinstance(place.parent, ast.UnaryOp) or value is None:
        return
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int) or abs(value) >= 1 or value == 0:
        yield from (_constant(value + 1), _constant(value - 1))
    else:
        yield from (_constant(value * 2), _constant(value / 2))


def changed_axis(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``dim=0`` for ``dim=1``."""
    if isinstance(node, ast.keyword) and node.arg in ("dim", "axis"):
        axis = _number(node.value)
        for other in AXES.get(axis, ()) if isinstance(axis, int) else ():
            yield _with(node, value=_constant(other))


def changed_name(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``floor`` for ``round``, ``amin`` for ``amax``; an attribute that is a dtype, too."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        for name in NAMES.get(node.func.attr, ()):
            yield _with(node, func=_with(node.func, attr=name))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for name in BUILTINS.get(node.func.id, ()):
            yield _with(node, func=ast.Name(name))
    elif isinstance(node, ast.Attribute):
        for name in DTYPES.get(node.attr, ()):
            yield _with(node, attr=name)


def call_dropped(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``x`` for ``x.abs()`` and ``torch.abs(x)``; ``x`` for ``max(x, 1)``; ``x`` for ``x.T``."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    if not isinstance(node, ast.Call):
        return
    name, receiver = _called(node)
    if name in OMITTED:
        yield from node.args[:1] if receiver is None else (receiver,)
    if name in CHOICES and receiver is None and len(node.args) > 1:
        yield from node.args[-2:]
    if name == "where" and len(node.args) == 3:
        yield _with(node, args=[node.args[0], node.args[2], node.args[1]])


def argument_dropped(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """A call without one of its keywords, or without its last argument."""
    if not isinstance(node, ast.Call):
        return
    name, receiver = _called(node)
    if isinstance(node.func, ast.Name) and not hasattr(builtins, name):
        return
    for number, keyword in enumerate(node.keywords):
        if not isinstance(_number(keyword.value), bool):  # its other value is a mutant already
            yield _with(node, keywords=node.keywords[:number] + node.keywords[number + 1 :])
    if len(node.args) > (1 if receiver is None else 0) and name not in NEED_ALL | CHOICES:
        yield _with(node, args=node.args[:-1])


def moved_slice(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """A bound of a slice that is one off; constants are changed by themselves."""
    if not isinstance(node, ast.Slice):
        return
    for side in ("lower", "upper"):
        bound = getattr(node, side)
        if bound is not None and _number(bound) is None:
            for operator in (ast.Add(), ast.Sub()):
                yield _with(node, **{side: ast.BinOp(bound, operator, ast.Constant(1))})


def swapped_results(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``return b, a`` for ``return a, b``."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts
        for number in range(len(parts) - 1):
            swapped = [*parts[:number], parts[number + 1], parts[number], *parts[number + 2 :]]
            yield _with(node, value=_with(node.value, elts=swapped))


def statement_dropped(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """No statement for one that changes something: a name that was there before, a tensor, the way on.

    An assignment that makes a new name is kept: without it the file only crashes.
    """
    if isinstance(node, ast.Assign):
        names = {name.id for target in node.targets for name in ast.walk(target) if is_stored(name)}
        if names <= place.bound:
            yield ast.Pass()
    elif isinstance(node, ast.Expr):
        if not isinstance(node.value, ast.Constant):
            yield ast.Pass()
    elif isinstance(node, (ast.AugAssign, ast.If, ast.For, ast.While, ast.Raise)):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
    if isinstance(node, (ast.Break, ast.Continue)):
        yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()


CHANGES: tuple[Change, ...] = (
    changed_operator,
    changed_comparison,
    negated_condition,
    sign_dropped,
    changed_constant,
    changed_axis,
    changed_name,
    call_dropped,
    argument_dropped,
    moved_slice,
    swapped_results,
    statement_dropped,
)


def _with(node: Any, **fields: Any) -> Any:
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _number(node: ast.AST) -> bool | int | float | None:
    """The value of a number or truth value as it is written, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None or isinstance(value, bool) else -value
    return (
        node.value if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)) else None
    )


def _constant(value: float) -> ast.expr:
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _called(node: ast.Call) -> tuple[str, ast.expr | None]:
    """The name of what is called, and the object whose method it is; None for a function (of a module, too)."""
    if isinstance(node.func, ast.Name):
        return node.func.id, None
    if not isinstance(node.func, ast.Attribute):
        return "", None
    receiver = node.func.value
    return node.func.attr, None if _is_module(receiver) else receiver


def _is_module(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in MODULES and _is_module(node.value)
    return isinstance(node, ast.Name) and node.id in MODULES


def is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    """Whether a name is assigned to here, not read."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
