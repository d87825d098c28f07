"""Numbers, bytes, times and counts are said alike wherever they are said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.amounts import counted, duration, number, size


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (16777216, "16,777,216"),
        (2.0, "2"),
        (0.00712, "0.00712"),
        (3e-7, "3e-07"),
        (999.96, "1,000.0"),
        (1234.5678, "1,234.6"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_are_short(value: float | None, said: str) -> None:
    assert number(value) == said


def test_bytes_are_told_in_units_of_a_thousand() -> None:
    assert [size(n) for n in (0, 999, 1000, 16448, 2_500_000, 3e9, 5e13, 3e18)] == [
        "0 bytes",
        "999 bytes",
        "1 kB",
        "16.4 kB",
        "2.5 MB",
        "3 GB",
        "50 TB",
        "3,000,000 TB",
    ]


def test_a_figure_that_would_round_to_a_thousand_takes_the_next_unit() -> None:
    assert [size(n) for n in (999_499, 999_500, 999_999_999)] == ["999 kB", "1 MB", "1 GB"]


@given(st.integers(0, 10**20))
def test_no_size_is_written_with_an_exponent(count: int) -> None:
    assert "e+" not in size(count)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (7260, "2 h 01 min"),
        (9e6, "2,500 h 00 min"),
    ],
)
def test_a_duration_is_said_in_its_own_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_one_of_a_thing_has_no_s() -> None:
    assert [counted(n, "row") for n in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
