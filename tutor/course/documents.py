"""Read one YAML file of a course, and remember where everything in it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.course.nodes import Mark, Node, Parser, problem_at
from tutor.errors import ContentProblem
from tutor.ordinary import NotOrdinary, open_ordinary

MAXIMUM_BYTES = 1_000_000

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """The data of one file. ``keys`` and ``values`` tell where each location begins."""

    path: Path
    data: dict[str, Any]
    keys: Mapping[Location, Mark]
    values: Mapping[Location, Mark]

    def value_at(self, location: Location) -> Any:
        """The value at ``location``, which must exist."""
        value: Any = self.data
        for part in location:
            value = value[part]
        return value

    def text_at(self, location: Location) -> str:
        """The value at ``location``, which must exist, as text."""
        return str(self.value_at(location))

    def problem(
        self, location: Location, message: str, *, code: str, next_step: str = "", at_key: bool = False
    ) -> ContentProblem:
        """A problem at ``location``, or at the nearest thing around it that the file does hold."""
        first, second = (self.keys, self.values) if at_key else (self.values, self.keys)
        mark = first.get(location) or second.get(location)
        while mark is None:
            location = location[:-1]
            mark = self.keys.get(location) or self.values[location]
        return problem_at(self.path, message, mark, code=code, next_step=next_step)


def read_document(path: Path) -> Document:
    """Read ``path`` as one YAML mapping.

    Raises:
        ContentProblem: missing, not a regular file, too large, not UTF-8, not YAML, or not a mapping.
    """
    text = _decode(path, _read_bytes(path))
    root = Parser(path, text).parse()
    if not isinstance(root.value, dict):
        raise problem_at(
            path,
            "This file should be keys with values, such as 'title: Bits'.",
            root.mark,
            code="bad-value",
        )
    keys: dict[Location, Mark] = {}
    values: dict[Location, Mark] = {}
    data = _plain(root, (), keys, values)
    return Document(path, data, keys, values)


def _read_bytes(path: Path) -> bytes:
    try:
        with open_ordinary(path) as file:
            data = file.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        raise problem_at(path, "This file is missing.", None, code="missing-file") from None
    except (IsADirectoryError, NotOrdinary) as error:
        kind = "a folder" if isinstance(error, IsADirectoryError) else "a special file"
        raise problem_at(path, f"This should be a file, but it is {kind}.", None, code="not-a-file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise problem_at(path, f"This file cannot be read: {reason}.", None, code="unreadable") from None
    if len(data) > MAXIMUM_BYTES:
        raise problem_at(
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
        raise problem_at(path, message, mark, code="encoding", next_step=step) from None
    if not text.strip():
        raise problem_at(path, "This file is empty.", Mark(1, 1), code="empty")
    return text


def _plain(node: Node, location: Location, keys: dict[Location, Mark], values: dict[Location, Mark]) -> Any:
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
