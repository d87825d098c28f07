"""What all commands print with: plain text, colour only where it is wanted, nothing hostile.

Text from outside (a learner's prints, a broken file's lines) goes through `clean` first, so that
no escape sequence reaches the terminal.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import UnsupportedOperation
from typing import Any, TextIO

from tutor.cli import linear
from tutor.cli.copying import copyable, kept_whole, with_breaks

_PLAIN_SIGNS = str.maketrans({
    "✓": "+", "✗": "x", "·": ".", "█": "#", "░": ".", "│": "|", "…": "...", "×": "x", "≤": "<=", "≥": ">=",
    "→": "->", "–": "-", "—": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "−": "-", "●": "*",
    "○": "o", "▸": ">", "└": "`", "─": "-", "±": "+/-",
})  # fmt: skip

_EMPHASIS = re.compile(
    r"(`[^`]*`)|(?<!\w)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)|(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])",
    re.DOTALL,
)

_MARKER = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s+")
"""What stands before a line of a list; the lines that go on stand under its words."""

_status_shown = False

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def clean(text: str) -> str:
    """``text`` without escape sequences, controls, direction overrides and lone surrogates.

    Newlines and tabs stay.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    from tutor.sandbox.clean import clean_text

    return clean_text(text, limit=len(text))


def prepare_streams() -> None:
    """Let no character that the terminal's encoding lacks, and no typed byte that it does not know, end a command."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with suppress(UnsupportedOperation):  # an input that is being read stays as it is
                reconfigure(errors="replace")


@cache
def speaks_unicode(stream: TextIO) -> bool:
    """Whether the stream's encoding holds the signs that we draw with, and nobody asked for ASCII."""
    if _wants_ascii():
        return False
    try:
        "✓█│".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


@cache
def _wants_ascii() -> bool:
    from tutor.paths import tutor_home
    from tutor.settings import settings_or_defaults

    return settings_or_defaults(tutor_home())[0].glyphs == "ascii"


@cache
def is_coloured(stream: TextIO) -> bool:
    """Colour is for terminals, and not where ``NO_COLOR`` is set, the terminal is dumb, or output is to be plain."""
    return (
        not linear.is_on()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
        and stream.isatty()
    )


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """``text`` in a style of `_STYLES`, if the stream (stdout) takes colour."""
    if not is_coloured(stream or sys.stdout):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def width(most: int = 100) -> int:
    """Columns to print in."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, most))


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """``text`` in lines of the terminal's width; its own line breaks, code and tables stay, and commands in quotes.

    Code between fences is set in, as code without them is.
    """
    lines: list[str] = []
    in_code = False
    for line in copyable(text).rstrip().splitlines() or [""]:
        start = indent if lines or first is None else first
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append(f"{start}    {line}".rstrip())
        elif line.startswith(("    ", "\t", "|")):
            lines.append(start + line)
        elif len(line) + len(indent) <= width():
            lines.append(start + _emphasised(line))
        else:
            # The start may hold escape sequences, which take no room.
            whole = kept_whole(line)
            filled = textwrap.fill(
                whole,
                width(),
                initial_indent=indent,
                subsequent_indent=indent + " " * (marker.end() if (marker := _MARKER.match(line)) else 0),
                break_long_words=whole == line,  # a command runs over the edge rather
                break_on_hyphens=False,  # an id is to be copied
            )
            lines.append(start + _emphasised(with_breaks(filled[len(indent) :])))
    return "\n".join(lines)


def _emphasised(text: str) -> str:
    """Markdown's ``**so**`` and ``*so*`` in bold where there are styles, else without the signs; code stays."""
    return _EMPHASIS.sub(
        lambda found: styled(found[2] or found[3], "bold") if found[1] is None else found[0], text
    )


def drawn_cells(rows: Iterable[Sequence[tuple[str, str]]], styles: Mapping[str, str]) -> Iterator[str]:
    """Rows of characters as lines, each piece (characters, and what they are) in the style of what it is."""
    for row in rows:
        yield "".join(
            styled(text, styles[kind]) if kind in styles and text.strip() else text for text, kind in row
        ).rstrip()


def write(text: str = "", *, end: str = "\n", stream: TextIO | None = None) -> bool:
    """Print and flush. False, quietly, when nobody reads any more (``tutor … | head``)."""
    out = stream or sys.stdout
    text = copyable(text)
    if linear.is_on():
        text = linear.linear(text)
    if not speaks_unicode(out):
        text = text.translate(_PLAIN_SIGNS)
    return _put(text + end, out)


def _put(text: str, out: TextIO) -> bool:
    status("")
    try:
        out.write(text)
        out.flush()
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):  # its reader is gone, or its terminal
            raise
        # Python flushes at exit once more: give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return False
    return True


def status(text: str) -> None:
    """What is going on, on one line of a terminal's stderr that the next output replaces."""
    global _status_shown
    if text and sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{clean(text)[: width() - 1]}")
    elif _status_shown:
        sys.stderr.write("\r\x1b[K")
    else:
        return
    sys.stderr.flush()
    _status_shown = bool(text)


def write_error(text: str) -> None:
    """Print on stderr."""
    write(text, stream=sys.stderr)


def write_json(document: Mapping[str, Any], *, one_line: bool = False) -> bool:
    """Print one JSON document. Every number in it must be finite."""
    text = json.dumps(document, indent=None if one_line else 2, allow_nan=False, default=str)
    return _put(f"{text}\n", sys.stdout)
