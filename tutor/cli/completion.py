"""Shell completion of ids. It never fails and never prints: a shell waits for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tutor.course import Content


def complete_exercise(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids of exercises with their titles."""
    try:
        content = _content(ctx)
        return [(e.id, e.title) for e in content.exercises if e.id.startswith(incomplete)]
    except Exception:
        return []


def complete_lesson(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids of lessons with their titles."""
    try:
        content = _content(ctx)
        return [(e.id, e.title) for e in content.lessons if e.id.startswith(incomplete)]
    except Exception:
        return []


def complete_term(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Terms of the glossary with their definitions."""
    try:
        begun = incomplete.casefold()
        return [(t.term, t.definition) for t in _content(ctx).glossary if t.term.casefold().startswith(begun)]
    except Exception:
        return []


def _content(ctx: typer.Context) -> Content:
    from tutor.cli.opening import open_content

    named = ctx.params.get("content")
    return open_content(Path(named) if named else None)
