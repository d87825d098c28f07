"""A measurement as a line: never a near miss drawn as a hit."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tutor.grading import bars

positive = st.floats(1e-12, 1e12)


@given(st.floats(0, math.inf))
def test_a_bar_crosses_the_limit_exactly_when_the_share_does(share: float) -> None:
    drawn = bars.bar(share)
    assert len(drawn) == bars.WIDTH + 1
    beyond = drawn.partition("│")[2]
    assert ("█" in beyond) == (share > 1)


@given(positive, positive)
def test_a_larger_share_never_has_a_shorter_bar(one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert bars.bar(small).count("█") <= bars.bar(large).count("█")


@given(positive, positive)
def test_where_higher_is_better_the_share_is_turned_round(value: float, limit: float) -> None:
    lower = bars.ratio({"value": value, "limit": limit, "better": "lower"})
    higher = bars.ratio({"value": limit, "limit": value, "better": "higher"})
    assert lower == higher


def test_what_was_not_measured_says_so() -> None:
    line = bars.line({"name": "error", "value": None, "limit": 1.05, "unit": "", "better": "lower"})
    assert "not measured" in line
    assert "1.05" in line


def test_zero_of_zero_is_within_the_limit_and_something_of_zero_is_not() -> None:
    assert bars.ratio({"value": 0, "limit": 0}) == 0
    over = {"name": "error", "value": 3, "limit": 0}
    assert bars.ratio(over) == math.inf
    assert "over" in bars.line(over)


def test_a_line_holds_name_number_bound_unit_and_factor() -> None:
    line = bars.line({"name": "payload", "value": 16448, "limit": 32896, "unit": "bytes", "better": "lower"})
    assert "payload" in line
    assert "16.4 kB, at most 32.9 kB" in line
    assert "0.50×" in line


def test_the_sign_of_at_least_stands_where_more_is_better() -> None:
    line = bars.line({"name": "SQNR", "value": 30, "limit": 40, "unit": "dB", "better": "higher"})
    assert "at least 40 dB" in line
    assert "1.33×" in line


def test_bytes_far_from_their_limit_are_rounded_and_near_it_exact() -> None:
    far = bars.line({"name": "peak memory", "value": 29_487_104, "limit": 134_217_728, "unit": "bytes"})
    near = bars.line({"name": "payload", "value": 1_052_673, "limit": 1_052_672, "unit": "bytes"})
    assert "29.5 MB, at most 134 MB" in far
    assert "1,052,673, at most 1,052,672 bytes" in near


def test_a_factor_is_never_written_with_a_power_of_ten() -> None:
    shares = (0, 2e-5, 0.004, 0.5, 99.4, 640, 5000, 1e9)
    lines = [bars.line({"name": "error", "value": share, "limit": 1}) for share in shares]
    factors = [line.split("│")[1].lstrip("·█ ").split(" ")[0] for line in lines]
    assert factors == ["0×", "<0.001×", "0.004×", "0.50×", "99.40×", "640×", ">1,000×", ">1,000×"]
