"""What a course may do: which programs it brings, where each runs, and what it reaches for.

Read from the text alone; nothing is imported. It tells an honest author's program from another at a glance, and
proves nothing about a hostile one: graders run with the learner's own rights, so whoever adds a course trusts it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tutor.course.content import Content
from tutor.course.loader import load_content
from tutor.errors import ContentProblem
from tutor.paths import ContentRoot

Rights = Literal["yours", "confined"]

REACHES = {
    "the network": {
        "socket",
        "ssl",
        "urllib",
        "http",
        "requests",
        "httpx",
        "aiohttp",
        "ftplib",
        "smtplib",
        "asyncio",
    },
    "other programs": {"subprocess", "multiprocessing", "pty", "signal"},
    "files": {"os", "shutil", "pathlib", "tempfile", "glob", "io", "sqlite3", "pickle", "open"},
    "native code": {"ctypes", "cffi", "mmap"},
    "code made while it runs": {"eval", "exec", "compile", "__import__", "importlib", "runpy", "marshal"},
    "the tutor itself": {"tutor"},
}
_HARMLESS = ("tutor.grading.checks", "tutor.grading.proxy")  # what checks are meant to import


@dataclass(frozen=True)
class Program:
    """One Python file: its path in the course, with which rights it runs, and what it reaches for."""

    path: str
    rights: Rights
    lines: int
    reaches: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """A course as a learner looks at it before it is added."""

    id: str
    title: str
    version: str
    lessons: int
    questions: int
    exercises: int
    programs: tuple[Program, ...]

    def of(self, rights: Rights) -> tuple[Program, ...]:
        """The programs that run with these rights."""
        return tuple(program for program in self.programs if program.rights == rights)


def review(folder: Path) -> Review:
    """Look at the course in ``folder``.

    Raises:
        ContentProblem: a file of it is broken.
    """
    from tutor.course.checks import check_content

    root = ContentRoot(folder)
    if problems := check_content(root):
        first = problems[0]
        raise ContentProblem(
            first.message,
            where=first.file,
            line=first.line,
            column=first.column,
            code=first.code,
            next_step="Tell its author: 'tutor validate' finds this.",
        )
    content = load_content(root, index=folder / ".index")
    return Review(
        id=content.id,
        title=content.title,
        version=content.version,
        lessons=len(content.lessons),
        questions=sum(len(lesson.items) for lesson in content.lessons),
        exercises=len(content.exercises),
        programs=tuple(_programs(content)),
    )


def _programs(content: Content) -> Iterator[Program]:
    root = content.root.root
    for path in sorted(content.root.graders.rglob("*.py")):
        parts = path.relative_to(content.root.graders).parts
        if "right" not in parts and "wrong" not in parts and path.name != "reference.py":
            yield _program(root, path, "yours")
    for lesson in content.lessons:
        if lesson.demo_file is not None:
            yield _program(root, lesson.demo_file, "confined")
    for exercise in content.exercises:
        yield _program(root, exercise.example, "confined")


def _program(root: Path, path: Path, rights: Rights) -> Program:
    source = path.read_bytes()
    return Program(path.relative_to(root).as_posix(), rights, len(source.splitlines()), reaches(source))


def reaches(source: bytes) -> tuple[str, ...]:
    """What the names in a program's text hint at, in the order of ``REACHES``."""
    try:
        names = set(_names(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ("something that is no Python",)
    return tuple(what for what, known in REACHES.items() if known & names)


def _names(tree: ast.AST) -> Iterator[str]:
    """The modules that are imported, and the built-in functions that are named."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module not in _HARMLESS:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Name):
            yield node.id
