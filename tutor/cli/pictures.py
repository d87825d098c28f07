"""Where a picture goes: the SVG that the command drew, and the same as PNG by resvg, an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tutor.errors import EnvironmentProblem

ZOOM = 2
"""Pixels of a PNG for each of the SVG's, as fine screens show it."""

# resvg does not ask the system what 'sans-serif' is. The first of these that is there; each is common somewhere.
_FONTS = "text { font-family: 'DejaVu Sans', 'Liberation Sans', 'Noto Sans', Arial, Helvetica, sans-serif }"
_LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="18">M</text></svg>'
_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>'


def check_png(png: Path | None) -> None:
    """Whether a PNG could be written, before anything long begins.

    Raises:
        EnvironmentProblem: resvg is not installed, or the machine has no font.
    """
    if png is None:
        return
    from tutor.compute.packages import require_packages

    require_packages(("resvg_py",), "--png")
    if as_png(_LETTER) == as_png(_NOTHING):
        raise EnvironmentProblem(
            "This machine has no font to draw letters with.",
            next_step="Install one (Debian, Ubuntu: sudo apt install fonts-dejavu-core), or say --svg.",
        )


def as_png(svg: str) -> bytes:
    """The picture that an SVG document describes."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM, style_sheet=_FONTS))


def write_pictures(draw: Callable[[], str], svg: Path | None, png: Path | None) -> Iterator[str]:
    """Draw where a file is asked for, as often as one is; a line for each that says where it is."""
    from tutor.progress.keeping import write_output

    if svg is None and png is None:
        return
    document = draw()
    for path, data in ((svg, document.encode()), (png, as_png(document) if png else b"")):
        if path is not None:
            write_output(path, data)
            yield f"Drawn in {path.absolute()}"
