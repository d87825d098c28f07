"""Mutants: copies of a reference with one change each, which its hidden checks should reject."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any

from tutor.proving.changes import CHANGES, Place, is_stored

# Nothing of these is run, or it is run for its name only.
LEFT_ALONE = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Assert)
FIELDS_LEFT_ALONE = frozenset({"annotation", "returns", "decorator_list", "type_params"})


@dataclass(frozen=True)
class Mutant:
    """One change of a reference.

    ``line`` is the statement's first line as it was, ``becomes`` as it is now (in Python's own spelling,
    without comments, and on one line). Both together name the mutant, wherever the statement moves.
    """

    kind: str
    number: int
    column: int
    line: str
    becomes: str
    source: str

    def __str__(self) -> str:
        return f"{self.line}  →  {self.becomes}"


@dataclass(frozen=True)
class _Spot:
    """A node, and how to put another in its place."""

    node: Any
    parent: Any
    field: str
    index: int | None
    statement: ast.stmt
    bound: frozenset[str]

    @contextmanager
    def holding(self, node: ast.AST) -> Iterator[None]:
        self._put(node)
        yield
        self._put(self.node)

    def _put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a Python file: each valid Python, no two of them the same program, in the order of the file.

    Raises:
        SyntaxError: ``source`` is no Python.
    """
    tree = ast.parse(source)
    found: list[Mutant] = []
    seen = {ast.unparse(tree)}
    for spot in list(_spots(tree)):
        line = _first_line(spot.statement)
        for change in CHANGES:
            for node in change(spot.node, Place(spot.parent, spot.bound)):
                with spot.holding(node):
                    text = ast.unparse(ast.fix_missing_locations(tree))
                    becomes = _first_line(node if spot.node is spot.statement else spot.statement)
                if text not in seen and _is_valid(text):
                    seen.add(text)
                    at = spot.node if hasattr(spot.node, "lineno") else spot.statement
                    place = (at.lineno, at.col_offset + 1)
                    found.append(Mutant(change.__name__, *place, line, becomes, text + "\n"))
    return found


def _spots(tree: ast.Module) -> Iterator[_Spot]:
    yield from _below(tree, None, frozenset())


def _below(parent: Any, statement: ast.stmt | None, bound: frozenset[str]) -> Iterator[_Spot]:
    """Every node below ``parent`` that may be changed, outer ones first."""
    if isinstance(parent, (ast.FunctionDef, ast.Lambda)):
        bound |= {argument.arg for argument in ast.walk(parent.args) if isinstance(argument, ast.arg)}
    for field, value in ast.iter_fields(parent):
        if field in FIELDS_LEFT_ALONE:
            continue
        before = bound
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, LEFT_ALONE) or _is_text(node):
                continue
            inside = node if isinstance(node, ast.stmt) else statement
            if inside is not None:
                yield _Spot(node, parent, field, index, inside, before)
            yield from _below(node, inside, before)
            if isinstance(node, ast.stmt):
                before |= {name.id for name in ast.walk(node) if is_stored(name)}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_valid(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _first_line(node: Any) -> str:
    """A statement without what is indented under it."""
    if isinstance(getattr(node, "body", None), list):
        node = copy(node)
        node.body = [ast.Pass()]
        for field in ("orelse", "finalbody", "handlers", "decorator_list"):
            if hasattr(node, field):
                setattr(node, field, [])
    return ast.unparse(ast.fix_missing_locations(node)).splitlines()[0]
