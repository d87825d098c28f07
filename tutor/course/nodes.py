"""From YAML text to nodes that know their place, without recursion and without surprises.

The reader follows YAML 1.2's core schema (``yes``, ``no`` and ``1:30`` are text), and refuses what a
course never needs and an attacker does: tags, several documents, aliases that multiply, deep nesting.
Everything it refuses is a ContentProblem with line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tutor.course.names import printable
from tutor.errors import ContentProblem

MAXIMUM_VALUES = 50_000
MAXIMUM_DEPTH = 32

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")


@dataclass(frozen=True)
class Mark:
    """A place in a file, both numbers from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Node:
    """A parsed value: a scalar, a list of nodes, or a dict of key to the key's mark and a node.

    ``size`` and ``depth`` count an alias as what it stands for.
    """

    value: Any
    mark: Mark
    size: int = 1
    depth: int = 1


def problem_at(
    path: Path, message: str, mark: Mark | None, *, code: str, next_step: str = ""
) -> ContentProblem:
    """The problem of a file, at a mark in it or of the file as a whole."""
    line, column = (mark.line, mark.column) if mark else (None, None)
    return ContentProblem(message, where=str(path), next_step=next_step, line=line, column=column, code=code)


class Parser:
    """From libyaml's events to nodes, in one loop, so that hostile nesting costs nothing."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text
        self.loader = yaml.CSafeLoader(text)
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def parse(self) -> Node:
        """The only document of the text. Raises ContentProblem; called once."""
        try:
            return self._parse()
        except yaml.YAMLError as error:
            raise self._explain(error) from None
        finally:
            self.loader.dispose()

    def _parse(self) -> Node:
        documents: list[Node] = []
        # Each open collection: its start event, and the children met so far.
        opened: list[tuple[yaml.CollectionStartEvent, list[Node]]] = []
        while self.loader.check_event():
            event = self.loader.get_event()
            if isinstance(event, yaml.ScalarEvent):
                node = self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                node = self._alias(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse_tag(event)
                opened.append((event, []))
                if len(opened) > MAXIMUM_DEPTH:
                    raise self._too_deep(_mark(event.start_mark))
                continue
            elif isinstance(event, yaml.CollectionEndEvent):
                node = self._collection(*opened.pop())
            else:
                continue
            self.count += 1
            if self.count > MAXIMUM_VALUES:
                raise self._too_many(node.mark)
            if opened:
                opened[-1][1].append(node)
            else:
                documents.append(node)
        if not documents:
            raise problem_at(self.path, "This file holds nothing but comments.", Mark(1, 1), code="empty")
        if len(documents) > 1:
            message = "A second document begins here; a course file has one."
            raise problem_at(self.path, message, documents[1].mark, code="yaml")
        return documents[0]

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        self._refuse_tag(event)
        value = _resolve(event.value) if event.implicit[0] else event.value
        return self._anchored(event, Node(value, _mark(event.start_mark)))

    def _collection(self, start: yaml.CollectionStartEvent, children: list[Node]) -> Node:
        mark = _mark(start.start_mark)
        size = 1 + sum(child.size for child in children)
        depth = 1 + max((child.depth for child in children), default=0)
        if size > MAXIMUM_VALUES:
            raise self._too_many(mark)
        if depth > MAXIMUM_DEPTH:
            raise self._too_deep(mark)
        value: Any = children
        if isinstance(start, yaml.MappingStartEvent):
            value = self._mapping(children)
        return self._anchored(start, Node(value, mark, size, depth))

    def _mapping(self, children: list[Node]) -> dict[str, tuple[Mark, Node]]:
        entries: dict[str, tuple[Mark, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key.value, str):
                raise problem_at(
                    self.path,
                    "A key should be text.",
                    key.mark,
                    code="bad-key",
                    next_step="Put it in quotes, or put the text that follows in quotes.",
                )
            if key.value in entries:
                first = entries[key.value][0].line
                raise problem_at(
                    self.path,
                    f"The key '{printable(key.value)}' stands here twice; first in line {first}.",
                    key.mark,
                    code="duplicate-key",
                    next_step="Remove one of them.",
                )
            entries[key.value] = (key.mark, value)
        return entries

    def _alias(self, event: yaml.AliasEvent) -> Node:
        # An anchor is known once its value is complete, so that nothing can contain itself.
        if event.anchor not in self.anchors:
            raise problem_at(
                self.path,
                f"'*{printable(str(event.anchor))}' names no anchor before it.",
                _mark(event.start_mark),
                code="alias",
            )
        return self.anchors[event.anchor]

    def _anchored(self, event: yaml.NodeEvent, node: Node) -> Node:
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            raise problem_at(
                self.path,
                f"The tag '{printable(event.tag)}' is not allowed in a course file.",
                _mark(event.start_mark),
                code="tag",
            )

    def _too_many(self, mark: Mark) -> ContentProblem:
        return problem_at(
            self.path,
            f"This file holds more than {MAXIMUM_VALUES:,} values, aliases counted as what they stand for.",
            mark,
            code="too-large",
        )

    def _too_deep(self, mark: Mark) -> ContentProblem:
        return problem_at(
            self.path, f"Values are nested more than {MAXIMUM_DEPTH} deep.", mark, code="too-large"
        )

    def _explain(self, error: yaml.YAMLError) -> ContentProblem:
        if isinstance(error, yaml.reader.ReaderError):
            before = self.text[: error.position]
            mark = Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
            return problem_at(self.path, "This character is not allowed in YAML.", mark, code="yaml")
        if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
            return problem_at(self.path, f"This is not YAML: {error}.", None, code="yaml")
        mark = _mark(error.problem_mark)
        lines = self.text.splitlines()
        line = lines[mark.line - 1] if mark.line <= len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return problem_at(
                self.path, "A tab indents this line.", mark, code="yaml", next_step="Indent with spaces only."
            )
        reason = error.problem or "it cannot be parsed"
        context = f" {error.context}" if error.context else ""
        return problem_at(self.path, f"This is not YAML: {reason}{context}.", mark, code="yaml")


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _resolve(text: str) -> Any:
    """What a plain scalar means in YAML 1.2's core schema."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
