"""Progress as a picture: one row a lesson, one square an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cli.svg import document, titled, words

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Standing

ROW, SQUARE, LEFT, WIDTH = 28, 18, 300, 640
# Colours that differ in lightness too, and each with a sign: nothing hangs on hue alone.
_LOOKS = {
    "new": ("#e5e7eb", ""),
    "started": ("#fde68a", "…"),
    "due": ("#fdba74", "!"),
    "reread": ("#fdba74", "↻"),
    "seen": ("#bfdbfe", "o"),
    "tested-out": ("#a7f3d0", "~"),
    "passed": ("#34d399", "✓"),
    "done": ("#34d399", "✓"),
}


def progress_svg(content: Content, standing: Standing) -> str:
    """An SVG document: lessons with their status, exercises as squares, a legend."""
    parts, y = [], 40
    parts.append(words(16, 24, content.title, weight="bold"))
    for module, lessons in content.modules():
        y += 12
        parts.append(words(16, y, module.title, weight="bold"))
        y += 8
        for lesson in lessons:
            parts.append(_square(16, y, standing.shown(lesson.id), lesson.title))
            parts.append(words(44, y + 14, lesson.title))
            for place, exercise in enumerate(content.exercises_of(lesson.id)):
                parts.append(
                    _square(LEFT + place * (SQUARE + 6), y, standing.exercise(exercise.id), exercise.title)
                )
            y += ROW
    y += 12
    for place, (status, _) in enumerate(one for one in _LOOKS.items() if one[0] not in ("done", "reread")):
        parts.append(_square(16 + place * 104, y, status, status))
        parts.append(words(40 + place * 104, y + 14, status))
    return document(WIDTH, y + 36, parts)


def _square(x: int, y: int, status: str, title: str) -> str:
    colour, sign = _LOOKS.get(status, ("#ffffff", "?"))
    box = (
        f'<rect x="{x}" y="{y}" width="{SQUARE}" height="{SQUARE}" rx="3" fill="{colour}" stroke="#6b7280"/>'
    )
    return titled(f"{title}: {status}", box, words(x + SQUARE / 2, y + 14, sign, anchor="middle"))
