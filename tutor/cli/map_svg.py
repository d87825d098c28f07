"""The error–memory map as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.cli.svg import KNOWN, OWN, QUIET, document, point, titled, words

if TYPE_CHECKING:
    from tutor.proving.error_map import Point
    from tutor.proving.map_plot import Frame, Marked

WIDTH, PLOT = 760, 360  # pixels: of the picture, and the height of its plot
LEFT, TOP, RIGHT = 64, 48, 24
LINE = 20  # of the legend
_AROUND = ((13, -9), (-13, -9), (13, 9), (-13, 9))  # where a letter may stand beside its point


def map_svg(own: Sequence[Point], known: Sequence[Point]) -> str:
    """An SVG document: axes, the Gaussian limit, a mark for each point, and a legend with the figures."""
    from tutor.proving.map_plot import Frame, marked, noted

    marks = marked(own, known)
    frame = Frame.around([one.point for one in marks])
    height = TOP + PLOT + 48 + LINE * (len(marks) + len(noted(marks)) + 3)
    return document(
        WIDTH,
        height,
        [
            words(LEFT, 24, "Error against memory, on independent Gaussian weights", weight="bold"),
            *_axes(frame),
            _limit(frame),
            *_marks(marks, frame),
            *_legend(marks),
        ],
    )


def _across(bits: float, frame: Frame) -> float:
    return LEFT + (bits - frame.fewest) / (frame.most - frame.fewest) * (WIDTH - LEFT - RIGHT)


def _down(decibels: float, frame: Frame) -> float:
    share = (frame.highest - max(decibels, frame.lowest)) / (frame.highest - frame.lowest)
    return TOP + share * PLOT


def _axes(frame: Frame) -> Iterator[str]:
    for decibels in range(int(frame.lowest), int(frame.highest) + 1, 10):
        y = _down(decibels, frame)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>'
        yield words(LEFT - 8, y + 4, f"{decibels} dB".replace("-", "−"), QUIET, anchor="end")
    for bits in range(math.ceil(frame.fewest), math.floor(frame.most) + 1):
        yield words(_across(bits, frame), TOP + PLOT + 18, str(bits), QUIET, anchor="middle")
    yield words(WIDTH - RIGHT, TOP + PLOT + 36, "bits per weight", QUIET, anchor="end")


def _limit(frame: Frame) -> str:
    """In decibels the limit is a straight line; it leaves the plot at its lower or right edge."""
    from tutor.proving.error_map import gaussian_limit

    slope = 10 * math.log10(gaussian_limit(1.0))
    last = min(frame.most, frame.lowest / slope)
    (x, y), (x2, y2) = (
        (_across(bits, frame), _down(slope * bits, frame)) for bits in (max(frame.fewest, 0), last)
    )
    return f'<path d="M{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}" stroke="{QUIET}" stroke-dasharray="4 3"/>'


def _marks(marks: Sequence[Marked], frame: Frame) -> Iterator[str]:
    """Each point with its letter beside it, where neither a letter nor a point stands yet."""
    points = [(_across(one.point.bits, frame), _down(one.point.decibels, frame)) for one in marks]
    taken = list(points)
    for one, (x, y) in zip(marks, points, strict=True):
        places = [
            (x + across * ring, y + down * ring) for ring in (1, 1.5, 2, 2.5) for across, down in _AROUND
        ]
        free = [place for place in places if all(math.dist(place, other) >= 12 for other in taken)]
        letter = (free or places)[0]
        taken.append(letter)
        colour = OWN if one.point.exercise else KNOWN
        mark = words(letter[0], letter[1] + 4, one.mark, colour, weight="bold", anchor="middle")
        yield titled(one.point.label, point(x, y, own=bool(one.point.exercise)), mark)


def _legend(marks: Sequence[Marked]) -> Iterator[str]:
    from tutor.proving.map_plot import FIGURES, figures, noted

    y = TOP + PLOT + 60
    ends = [WIDTH - RIGHT - 100 * place for place in reversed(range(len(FIGURES)))]
    for end, heading in zip(ends, FIGURES, strict=True):
        yield words(end, y, heading, QUIET, anchor="end")
    for one in marks:
        y += LINE
        colour, weight = (OWN, "bold") if one.point.exercise else (KNOWN, "normal")
        yield words(LEFT, y, one.mark, colour, weight="bold")
        yield words(LEFT + 24, y, one.point.label, weight=weight)
        for end, figure in zip(ends, figures(one.point), strict=True):
            yield words(end, y, figure, anchor="end")
    y += LINE
    yield words(LEFT, y, "- -", QUIET)
    yield words(LEFT + 24, y, "the limit: no scheme of R bits a weight has less error than 2^(−2R)", QUIET)
    for mark, note in noted(marks):
        y += LINE
        yield words(LEFT, y, mark, QUIET, weight="bold")
        yield words(LEFT + 24, y, note, QUIET)
