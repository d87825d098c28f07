from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.quiz.numbers import NumberError, read_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28", 28),
        ("  28 ", 28),
        ("1/3", 1 / 3),
        ("2.5e9", 2.5e9),
        ("1,000", 1000),
        ("7,000,000.5", 7000000.5),
        ("7 000 000", 7e6),
        ("1_000", 1000),
        (".5", 0.5),
        ("5.", 5),
        ("-3", -3),
        ("\N{MINUS SIGN}3", -3),
        ("2^31", 2**31),
        ("2**31", 2**31),
        ("2³¹", 2**31),
        ("-2^2", -4),
        ("1.5\N{MULTIPLICATION SIGN}10^9", 1.5e9),
        ("1.5 x 10⁹", 1.5e9),
        ("3*10**-2", 0.03),
        ("= 4", 4),
        ("7 billion", 7e9),
        ("1.5 million", 1.5e6),
        ("\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT EIGHT}", 28),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert read_quantity(text, "") == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28 GB", 28),
        ("28GB", 28),
        ("28000 MB", 28),
        ("28e9 bytes", 28),
        ("26 GiB", 27.917287424),
        ("7/2 GB", 3.5),
    ],
)
def test_a_unit_is_optional_and_converted(text: str, value: float) -> None:
    assert read_quantity(text, "GB") == pytest.approx(value)


def test_percent_is_a_hundredth_where_a_plain_number_is_asked_and_itself_where_percent_is() -> None:
    assert read_quantity("50%", "") == 0.5
    assert read_quantity("50", "%") == read_quantity("50 %", "%") == 50


@pytest.mark.parametrize("text", ["2,5", "1,00", "1,0000", "1.2.3", "1,000,00"])
def test_a_comma_that_separates_no_thousands_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(NumberError, match="a comma separates thousands"):
        read_quantity(text, "")


@pytest.mark.parametrize(
    "answer",
    [
        *("", "GB", "nan", "inf", "1/0", "1e9999", "9^9999", "0^-1", "9" * 101, "28 kg", "\ud800", "1\n2"),
        *(math.nan, math.inf, 10**400, True, None, [], {}, ["1"]),
    ],
)
def test_what_is_no_finite_number_in_the_unit_is_refused(answer: object) -> None:
    with pytest.raises(NumberError):
        read_quantity(answer, "GB")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back_from_its_own_text(value: float) -> None:
    assert read_quantity(repr(value), "") == value == read_quantity(value, "")


@given(st.integers(-(10**15), 10**15))
def test_every_whole_number_is_read_back_with_separators(value: int) -> None:
    assert read_quantity(f"{value:,}", "") == value


@given(st.one_of(st.text(), st.from_regex(r"[0-9.,eE*^/x+ -]{0,30}[A-Za-z%/]{0,6}")))
def test_any_text_is_a_finite_number_or_a_number_error(text: str) -> None:
    with contextlib.suppress(NumberError):
        assert math.isfinite(read_quantity(text, "GB"))
