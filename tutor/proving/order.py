"""The order of a course proves itself: solving an exercise only adds lines to its stub."""

from __future__ import annotations

import ast

from tutor.course import LoadedExercise
from tutor.errors import ContentProblem


def stub_problems(exercise: LoadedExercise) -> list[ContentProblem]:
    """What is wrong between stub, interface and reference.

    Every line of the stub but its ``raise`` must stand in the reference, in the same order; every
    function of the interface must be in the stub, with a docstring and a ``raise NotImplementedError``.
    """
    problems = []
    stub = exercise.stub.read_text(encoding="utf-8")
    try:
        tree = ast.parse(stub)
    except SyntaxError as wrong:
        return [_problem(exercise, "stub-syntax", f"the stub is not valid Python: {wrong.msg}", wrong.lineno)]
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for function in exercise.info.interface:
        node = functions.get(function.name)
        if node is None:
            problems.append(_problem(exercise, "stub-function", f"the stub lacks `{function.name}`"))
        elif ast.get_docstring(node) is None:
            problems.append(
                _problem(exercise, "stub-docstring", f"`{node.name}` has no docstring", node.lineno)
            )
        elif not any(isinstance(statement, ast.Raise) for statement in node.body):
            problems.append(_problem(exercise, "stub-raise", f"`{node.name}` does not raise", node.lineno))
    missing = _first_line_removed(stub, exercise.reference.read_text(encoding="utf-8"))
    if missing is not None:
        number, line = missing
        message = f"solving must only add lines, and the reference lacks this one: {line.strip()!r}"
        problems.append(_problem(exercise, "stub-line-removed", message, number))
    return problems


def _first_line_removed(stub: str, reference: str) -> tuple[int, str] | None:
    """The first stub line (number, text) that does not stand in the reference in order.

    Docstrings may differ: the reference speaks to one who has solved it.
    """
    rest = iter([line.rstrip() for line in reference.splitlines()])
    skipped = _docstring_lines(stub)
    for number, line in enumerate(stub.splitlines(), 1):
        stripped = line.strip()
        if number in skipped or not stripped or stripped.startswith(("raise NotImplementedError", "#")):
            continue
        if not any(line.rstrip() == candidate for candidate in rest):
            return number, line
    return None


def _docstring_lines(source: str) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
            and ast.get_docstring(node) is not None
        ):
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def _problem(exercise: LoadedExercise, code: str, message: str, line: int | None = None) -> ContentProblem:
    return ContentProblem(message, where=str(exercise.stub), line=line, code=code)
