"""Read one YAML file of a course, and remember where everything in it stands.

The reader follows YAML 1.2's core schema (``yes``, ``no`` and ``1:30`` are text), and refuses what a
course never needs and an attacker does: tags, several documents, aliases that multiply, deep nesting,
files over 1 MB. Everything it refuses is a ContentProblem with line and column.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tutor.course.names import printable
from tutor.errors import ContentProblem

MAXIMUM_BYTES = 1_000_000
MAXIMUM_VALUES = 50_000
MAXIMUM_DEPTH = 32

Location = tuple[str | int, ...]

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
class Document:
    """The data of one file. ``keys`` and ``values`` tell where each location begins."""

    path: Path
    data: dict[str, Any]
    keys: Mapping[Location, Mark]
    values: Mapping[Location, Mark]

    def text_at(self, location: Location) -> str:
        """The value at ``location``, which must exist, as text."""
        value: Any = self.data
        for part in location:
            value = value[part]
        return str(value)

    def problem(
        self, location: Location, message: str, *, code: str, next_step: str = "", at_key: bool = False
    ) -> ContentProblem:
        """A problem at ``location``, or at the nearest thing around it that the file does hold."""
        first, second = (self.keys, self.values) if at_key else (self.values, self.keys)
        mark = first.get(location) or second.get(location)
        while mark is None:
            location = location[:-1]
            mark = self.keys.get(location) or self.values[location]
        return _problem(self.path, message, mark, code=code, next_step=next_step)


@dataclass(frozen=True)
class _Node:
    """A parsed value: a scalar, a list of nodes, or a list of (key, key's mark, node)."""

    value: Any
    mark: Mark
    size: int = 1
    depth: int = 1


def read_document(path: Path) -> Document:
    """Read ``path`` as one YAML mapping.

    Raises:
        ContentProblem: missing, not a regular file, too large, not UTF-8, not YAML, or not a mapping.
    """
    text = _decode(path, _read_bytes(path))
    root = _Parser(path, text).parse()
    if not isinstance(root.value, dict):
        raise _problem(
            path,
            "This file should be keys with values, such as 'title: Bits'.",
            root.mark,
            code="bad-value",
        )
    keys: dict[Location, Mark] = {}
    values: dict[Location, Mark] = {}
    data = _plain(root, (), keys, values)
    return Document(path, data, keys, values)


def _problem(
    path: Path, message: str, mark: Mark | None, *, code: str, next_step: str = ""
) -> ContentProblem:
    line, column = (mark.line, mark.column) if mark else (None, None)
    return ContentProblem(message, where=str(path), next_step=next_step, line=line, column=column, code=code)


def _read_bytes(path: Path) -> bytes:
    # O_NONBLOCK: a named pipe in the place of a course file must not hang the tutor.
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise _problem(path, "This file is missing.", None, code="missing-file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _problem(path, f"This file cannot be read: {reason}.", None, code="unreadable") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a special file"
            raise _problem(path, f"This should be a file, but it is {kind}.", None, code="not-a-file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise _problem(
            path, f"This file cannot be read: {error.strerror}.", None, code="unreadable"
        ) from None
    finally:
        os.close(descriptor)
    if len(data) > MAXIMUM_BYTES:
        raise _problem(
            path,
            "This file is larger than 1 MB.",
            None,
            code="too-large",
            next_step="Split it, or shorten it.",
        )
    return data


def _decode(path: Path, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        mark = Mark(before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        message, step = "This file is not UTF-8.", "Save it as UTF-8."
        raise _problem(path, message, mark, code="encoding", next_step=step) from None
    if not text.strip():
        raise _problem(path, "This file is empty.", Mark(1, 1), code="empty")
    return text


class _Parser:
    """From libyaml's events to nodes, without recursion, so that hostile nesting costs nothing."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text
        self.loader = yaml.CSafeLoader(text)
        self.anchors: dict[str, _Node] = {}
        self.count = 0

    def parse(self) -> _Node:
        try:
            return self._parse()
        except yaml.YAMLError as error:
            raise self._explain(error) from None
        finally:
            self.loader.dispose()

    def _parse(self) -> _Node:
        documents: list[_Node] = []
        # Each open collection: its start event, and the children met so far.
        opened: list[tuple[yaml.CollectionStartEvent, list[_Node]]] = []
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
            raise _problem(self.path, "This file holds nothing but comments.", Mark(1, 1), code="empty")
        if len(documents) > 1:
            message = "A second document begins here; a course file has one."
            raise _problem(self.path, message, documents[1].mark, code="yaml")
        return documents[0]

    def _scalar(self, event: yaml.ScalarEvent) -> _Node:
        self._refuse_tag(event)
        value = _resolve(event.value) if event.implicit[0] else event.value
        return self._anchored(event, _Node(value, _mark(event.start_mark)))

    def _collection(self, start: yaml.CollectionStartEvent, children: list[_Node]) -> _Node:
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
        return self._anchored(start, _Node(value, mark, size, depth))

    def _mapping(self, children: list[_Node]) -> dict[str, tuple[Mark, _Node]]:
        entries: dict[str, tuple[Mark, _Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key.value, str):
                raise _problem(
                    self.path,
                    "A key should be text.",
                    key.mark,
                    code="bad-key",
                    next_step="Put it in quotes, or put the text that follows in quotes.",
                )
            if key.value in entries:
                first = entries[key.value][0].line
                raise _problem(
                    self.path,
                    f"The key '{printable(key.value)}' stands here twice; first in line {first}.",
                    key.mark,
                    code="duplicate-key",
                    next_step="Remove one of them.",
                )
            entries[key.value] = (key.mark, value)
        return entries

    def _alias(self, event: yaml.AliasEvent) -> _Node:
        # An anchor is known once its value is complete, so that nothing can contain itself.
        if event.anchor not in self.anchors:
            raise _problem(
                self.path,
                f"'*{printable(str(event.anchor))}' names no anchor before it.",
                _mark(event.start_mark),
                code="alias",
            )
        return self.anchors[event.anchor]

    def _anchored(self, event: yaml.NodeEvent, node: _Node) -> _Node:
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            raise _problem(
                self.path,
                f"The tag '{printable(event.tag)}' is not allowed in a course file.",
                _mark(event.start_mark),
                code="tag",
            )

    def _too_many(self, mark: Mark) -> ContentProblem:
        return _problem(
            self.path,
            f"This file holds more than {MAXIMUM_VALUES:,} values, aliases counted as what they stand for.",
            mark,
            code="too-large",
        )

    def _too_deep(self, mark: Mark) -> ContentProblem:
        return _problem(
            self.path, f"Values are nested more than {MAXIMUM_DEPTH} deep.", mark, code="too-large"
        )

    def _explain(self, error: yaml.YAMLError) -> ContentProblem:
        if isinstance(error, yaml.reader.ReaderError):
            before = self.text[: error.position]
            mark = Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
            return _problem(self.path, "This character is not allowed in YAML.", mark, code="yaml")
        if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
            return _problem(self.path, f"This is not YAML: {error}.", None, code="yaml")
        mark = _mark(error.problem_mark)
        lines = self.text.splitlines()
        line = lines[mark.line - 1] if mark.line <= len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return _problem(
                self.path, "A tab indents this line.", mark, code="yaml", next_step="Indent with spaces only."
            )
        reason = error.problem or "it cannot be parsed"
        context = f" {error.context}" if error.context else ""
        return _problem(self.path, f"This is not YAML: {reason}{context}.", mark, code="yaml")


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


def _plain(node: _Node, location: Location, keys: dict[Location, Mark], values: dict[Location, Mark]) -> Any:
    values[location] = node.mark
    if isinstance(node.value, dict):
        plain = {}
        for key, (mark, child) in node.value.items():
            keys[(*location, key)] = mark
            plain[key] = _plain(child, (*location, key), keys, values)
        return plain
    if isinstance(node.value, list):
        return [_plain(child, (*location, number), keys, values) for number, child in enumerate(node.value)]
    return node.value
