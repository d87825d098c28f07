"""Text that reaches the screen: what learners and demos print, and the inline marks of the course.

Nothing here ever goes through Textual's markup. Escape sequences other than colours are dropped,
because some of them act on the terminal (they can set the clipboard or the window's title).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text
from textual.content import Content

LONGEST_LINE = 2_000
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_STRINGS = re.compile(
    r"\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)|[\x90\x98\x9d-\x9f].*?(?:\x07|\x1b\\|\x9c|$)", re.DOTALL
)
_CONTROL_SEQUENCES = re.compile(r"(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])")
_OTHER_ESCAPES = re.compile(r"\x1b(?!\[[0-9;:]*m)[ -/]*[0-~]?")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_INLINE = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])")


def untrusted(text: str) -> Text:
    """``text`` with its ANSI colours, and without anything else that a terminal would obey.

    Tabs are expanded, a carriage return starts its line anew, lines are cut at
    ``LONGEST_LINE`` characters.
    """
    text = _SURROGATES.sub("\ufffd", text).replace("\r\n", "\n")
    text = _STRINGS.sub("", text)
    text = _CONTROL_SEQUENCES.sub(lambda m: f"\x1b[{m[1]}m" if m[2] == "m" and "?" not in m[1] else "", text)
    text = _OTHER_ESCAPES.sub("", text)
    lines = [_last_overwrite(line).expandtabs(8) for line in text.split("\n")]
    cut = (line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines)
    return Text("\n").join(Text.from_ansi(_CONTROLS.sub("", line)) for line in cut)


def colourless(text: str) -> str:
    """``untrusted`` without its colours: for a place that has a style of its own."""
    return untrusted(text).plain


def untrusted_content(text: str) -> Content:
    """``untrusted`` as Textual's own kind of text."""
    return Content.from_rich_text(untrusted(text))


def _last_overwrite(line: str) -> str:
    """A progress line as a terminal leaves it: the part after its last carriage return."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]


@lru_cache(maxsize=512)
def inline(text: str) -> Content:
    """One line or paragraph of the course, with `code`, **strong** and *emphasis* styled."""
    parts: list[Content | str | tuple[str, str]] = []
    end = 0
    for mark in _INLINE.finditer(text):
        parts.append(text[end : mark.start()])
        code, strong, emphasis = mark.groups()
        if code is not None:
            parts.append((code, "$primary"))
        elif strong is not None:
            parts.append((strong, "bold"))
        else:
            parts.append((emphasis, "italic"))
        end = mark.end()
    parts.append(text[end:])
    return Content.assemble(*parts)


def hanging(first: tuple[str, str], content: Content, width: int) -> Content:
    """``content`` wrapped in ``width`` cells after ``first``, a sign and its style, under which no line begins."""
    room = width - cell_len(first[0])
    lines = content.wrap(room) if room > 0 else [content]
    indented = Content("\n" + " " * cell_len(first[0])).join(line.rstrip() for line in lines)
    return Content.assemble(first, indented)


def drawn_cells(rows: Iterable[Sequence[tuple[str, str]]], styles: Mapping[str, str]) -> Content:
    """Rows of characters, each piece with what it is (a plot's, say), in the style of what it is."""
    return Content("\n").join(
        Content.assemble(*((text, styles[kind]) if kind in styles else text for text, kind in row))
        for row in rows
    )


def with_superscripts(text: str, ids: Sequence[str]) -> str:
    """``text`` with each citation ``[id]`` as a raised number, counted from 1 in the order of ``ids``.

    It hangs on the word before it; two that follow each other stay two: ``¹ ²``, with a space that does not break.
    """
    numbers = {id: str(number).translate(SUPERSCRIPTS) for number, id in enumerate(ids, start=1)}

    def raised(cited: re.Match[str]) -> str:
        return "\N{NO-BREAK SPACE}".join(numbers[id] for id in re.findall(r"\[([^]]+)]", cited[0]))

    one = "|".join(re.escape(id) for id in numbers)
    return re.sub(rf"(?:[ ]*\n?[ ]*\[(?:{one})])+", raised, text) if numbers else text


def shown_path(path: Path) -> str:
    """A path as people write it, with ``~`` for their home."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def moment(at: datetime) -> str:
    """``03 Mar 09:30``, in the local time zone."""
    return at.astimezone().strftime("%d %b %H:%M")
