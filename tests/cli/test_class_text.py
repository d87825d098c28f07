"""The bar of a class run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.classroom.running import Progress
from tutor.cli.class_text import progress_line


def test_the_bar_tells_how_far_how_fast_and_how_long_still() -> None:
    line = progress_line(Progress(done=50, of=200, graded=40, faults=1, seconds=20))
    assert line == "██████·················· 50 of 200  2.0 a second  1 min 15 s left  1 fault"


def test_before_the_first_grading_nothing_is_promised() -> None:
    assert progress_line(Progress(done=3, of=9, graded=0, faults=0, seconds=1)).endswith("3 of 9")


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 1e6))
def test_the_bar_has_one_width_whatever_the_figures(done: int, more: int, seconds: float) -> None:
    line = progress_line(Progress(done, done + more, done, 0, seconds))
    assert sum(character in "█·" for character in line.split("  ")[0]) == 24
