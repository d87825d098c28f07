"""The corpus of attacks: one file a technique, in one folder a family.

The docstring's first line says what is tried. Comments that follow it say what must come of it:

``# verdict: failed | error``   the verdicts it may get (it must get one)
``# exercise: per-row-scales``  what it claims to solve; ``halve`` where nothing is said
``# says: ended itself``        words that some message of the verdict must hold
``# held by: root landlock``    the layers that stop it. Any of them must do alone; without all of them it works
``# trace: @FOLDER@/attack-x``  a path that must not be there afterwards

A file that is no valid Python, or not even text, defines ``submission() -> bytes``, which makes it. An
attack prints ``SUCCEEDED`` where it got what it must not get, and calls what it leaves behind ``attack…``.
Words between two @ stand for what is at stake (``Ground.names``). Each attack is bounded in count, time and
size, and touches only what is at stake, so that it does no harm even where no protection works.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
_FIELD = re.compile(r"# (verdict|exercise|says|held by|trace): (.+)")
_NAME = re.compile(r"@([A-Z]+)@")


@dataclass(frozen=True)
class Attack:
    """One hostile submission, and what must come of it."""

    path: Path
    title: str
    verdicts: frozenset[str]
    exercise: str = "halve"
    says: str = ""
    held_by: frozenset[str] = frozenset()
    traces: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    def data(self, names: Mapping[str, str]) -> bytes:
        """The bytes to submit, with ``@NAME@`` replaced by what is at stake."""
        source = fill(self.path.read_text(), names)
        if "def submission() -> bytes:" not in source:
            return source.encode()
        namespace: dict[str, object] = {}
        exec(source, namespace)
        made = namespace["submission"]()  # type: ignore[operator]
        assert isinstance(made, bytes)
        return made


def fill(text: str, names: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: names[match[1]], text)


def read(path: Path) -> Attack:
    """Reads an attack's docstring and the comments below it."""
    source = path.read_text()
    title = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    fields: dict[str, list[str]] = {}
    for line in source.partition('"""\n')[2].splitlines():
        match = _FIELD.fullmatch(line)
        if match is None:
            break
        fields.setdefault(match[1], []).append(match[2])
    return Attack(
        path=path,
        title=title,
        verdicts=frozenset(fields["verdict"][0].split(" | ")),
        exercise=fields.get("exercise", ["halve"])[0],
        says=fields.get("says", [""])[0],
        held_by=frozenset(fields.get("held by", [""])[0].split()),
        traces=tuple(fields.get("trace", ())),
    )


ATTACKS = [read(path) for path in sorted(FOLDER.glob("*/*.py"))]
