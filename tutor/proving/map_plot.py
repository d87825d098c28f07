"""The error–memory map in characters: across the bits per weight, down the error in decibels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from tutor.proving.error_map import Point, gaussian_limit

OWN, KNOWN, LIMIT, AXIS, NOTHING = "own", "known", "limit", "axis", ""
LEFT = 7  # columns of the labels beside the plot
_DECIBELS_A_LABEL = 10

FIGURES = ("bits", "error", "over limit")
"""What ``figures`` says of a point: bits a weight, the error, and ``excess_bits``."""

Cell = tuple[str, str]  # a character, and what it is


@dataclass(frozen=True)
class Marked:
    """A point, the character that marks it, and whether it is the learner's own."""

    mark: str
    point: Point

    @property
    def kind(self) -> str:
        return OWN if self.point.exercise else KNOWN


@dataclass(frozen=True)
class Frame:
    """What the axes span: bits per weight from left to right, decibels from bottom to top."""

    fewest: float = 2.0
    most: float = 9.0
    lowest: float = -50.0
    highest: float = 0.0

    @classmethod
    def around(cls, points: Sequence[Point]) -> Frame:
        """The usual span, wider where a point lies outside it."""
        usual = cls()
        bits = [point.bits for point in points]
        below = [point.decibels for point in points if point.error > 0]
        return cls(
            min([usual.fewest, *map(math.floor, bits)]),
            max([usual.most, *map(math.ceil, bits)]),
            min([usual.lowest, *(10 * math.floor(one / 10) for one in below)]),
            max([usual.highest, *(10 * math.ceil(one / 10) for one in below)]),
        )


def marked(own: Sequence[Point], known: Sequence[Point]) -> list[Marked]:
    """The learner's points as 1, 2, 3 …, the known schemes as a, b, c …"""
    figures = chain("123456789", (chr(ord("A") + number) for number in range(26)))
    letters = (chr(ord("a") + number) for number in range(26))
    return [*map(Marked, figures, own), *map(Marked, letters, known)]


def draw(marks: Sequence[Marked], width: int, height: int) -> list[list[Cell]]:
    """Rows of cells: the plot, its axis and the labels below, ``height`` rows of ``width`` characters."""
    frame = Frame.around([one.point for one in marks])
    columns, rows = max(8, width - LEFT), max(4, height - 3)
    grid: list[list[Cell]] = [[(" ", NOTHING)] * columns for _ in range(rows)]
    for column in range(columns):
        bits = frame.fewest + (frame.most - frame.fewest) * column / (columns - 1)
        row = _row(10 * math.log10(gaussian_limit(bits)), frame, rows)
        if 0 <= row < rows:
            grid[row][column] = ("·", LIMIT)
    for one in sorted(marks, key=lambda one: one.kind != OWN):  # the learner's take their places first
        row, column = _place(one.point, frame, rows, columns)
        grid[row][free_column(grid[row], column)] = (one.mark, one.kind)
    return [*_beside(grid, frame), *_below(frame, columns)]


def excess_bits(point: Point) -> float:
    """How many bits a weight more than the limit needs for the same error of independent Gaussian weights."""
    return point.bits + math.log2(point.error) / 2 if point.error > 0 else math.inf


def figures(point: Point) -> tuple[str, ...]:
    """What a legend says of a point, in the order of ``FIGURES``."""
    numbers = (f"{point.bits:.3f}", f"{point.decibels:.1f} dB", f"{excess_bits(point):.2f} bits")
    return tuple(number.replace("-", "−") for number in numbers)


def noted(marks: Sequence[Marked]) -> list[tuple[str, str]]:
    """The marks of the points that have a note, each with it."""
    return [(one.mark, one.point.note) for one in marks if one.point.note]


def _row(decibels: float, frame: Frame, rows: int) -> int:
    return round((frame.highest - decibels) / (frame.highest - frame.lowest) * (rows - 1))


def _place(point: Point, frame: Frame, rows: int, columns: int) -> tuple[int, int]:
    column = round((point.bits - frame.fewest) / (frame.most - frame.fewest) * (columns - 1))
    return min(rows - 1, _row(max(point.decibels, frame.lowest), frame, rows)), column


def free_column(row: list[Cell], wanted: int) -> int:
    """The nearest column that holds no point yet: two points must not hide one another."""
    nearest = sorted(range(len(row)), key=lambda column: abs(column - wanted))
    return next((column for column in nearest if row[column][1] not in (OWN, KNOWN)), wanted)


def _beside(grid: list[list[Cell]], frame: Frame) -> Iterator[list[Cell]]:
    rows = len(grid)
    labels = {
        _row(float(decibels), frame, rows): f"{decibels:>3} dB"
        for decibels in range(int(frame.lowest), int(frame.highest) + 1, _DECIBELS_A_LABEL)
    }
    for number, cells in enumerate(grid):
        tick = "┤" if number in labels else "│"
        yield [(f"{labels.get(number, ''):>{LEFT - 1}}".replace("-", "−"), AXIS), (tick, AXIS), *cells]


def _below(frame: Frame, columns: int) -> Iterator[list[Cell]]:
    line, words = ["─"] * columns, [" "] * (columns + 1)
    for bits in range(math.ceil(frame.fewest), math.floor(frame.most) + 1):
        column = round((bits - frame.fewest) / (frame.most - frame.fewest) * (columns - 1))
        line[column] = "┬"
        words[column : column + len(str(bits))] = str(bits)
    for text in ("".join(line), "".join(words)[:columns], f"{'bits per weight':>{columns}}"):
        corner = " " * (LEFT - 1) + ("└" if text[0] in "─┬" else " ")
        yield [(corner, AXIS), (text, AXIS)]
