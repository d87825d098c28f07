"""What the pictures of the command line are made of: a white document, words, and the two kinds of points."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from tutor.cli.console import clean

INK, QUIET, OWN, KNOWN = "#111827", "#6b7280", "#b45309", "#1d4ed8"


def document(width: int, height: int, parts: Iterable[str]) -> str:
    """An SVG document of that many pixels."""
    box = f'width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} viewBox="0 0 {width} {height}">'
    return "\n".join([head, f'<rect {box} fill="#ffffff"/>', *parts, "</svg>\n"])


def words(
    x: float, y: float, text: str, colour: str = INK, weight: str = "normal", anchor: str = "start"
) -> str:
    """One line of text whose baseline begins, or ends, at a point."""
    style = f'font-family="sans-serif" font-size="13" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style} text-anchor="{anchor}">{escape(clean(text))}</text>'


def titled(title: str, *shapes: str) -> str:
    """Shapes that belong together, with a title that a viewer shows when asked."""
    return f"<g><title>{escape(clean(title))}</title>{''.join(shapes)}</g>"


def point(x: float, y: float, *, own: bool) -> str:
    """A point of a plot: a disc for the learner's own, an empty square for a known one."""
    if own:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{OWN}"/>'
    return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="none" stroke="{KNOWN}"/>'
