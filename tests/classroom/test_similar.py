"""Near duplicates come up whatever was renamed; what everybody writes does not."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.classroom.similar import Comparison, fingerprints, tokens

ONE = b"""
def solve(rows):
    best = 0
    for row in rows:
        if row.sum() > best and row.size % 7 != 3:
            best = row.sum() - row.min() * 2
        elif row.max() < 0:
            best = best ** 2 if best else -1
    return [best + k for k in range(9) if k not in (2, 5)]
"""
RENAMED = (
    ONE.replace(b"rows", b"lines").replace(b"row", b"line").replace(b"best", b"top").replace(b"    ", b"  ")
    + b"# mine\n"
)


def compared(*sources: bytes, stub: bytes = b"") -> list[tuple[str, str, float]]:
    comparison = Comparison({"x": stub})
    for number, source in enumerate(sources):
        comparison.add("x", f"s{number}", str(hash(source)), source)
    return [(pair.one, pair.other, pair.share) for pair in comparison.pairs()]


def others(count: int) -> list[bytes]:
    """Files that have nothing in common."""
    chance = random.Random(1)
    calls = ["sum", "min", "max", "abs", "view", "mean", "clamp", "round", "amax", "float", "t", "all"]
    return [
        b"\n".join(
            f"a = b.{chance.choice(calls)}().{chance.choice(calls)}(c)[{n}]".encode() for n in range(12)
        )
        for _ in range(count)
    ]


def test_names_layout_and_comments_hide_nothing() -> None:
    assert fingerprints(ONE) == fingerprints(RENAMED)
    pairs = compared(ONE, *others(10), RENAMED)
    assert pairs == [("s0", "s11", 1.0)] or pairs == [("s11", "s0", 1.0)]


def test_unlike_files_are_no_pair() -> None:
    assert compared(*others(12)) == []


def test_identical_files_are_a_pair_and_say_so_by_their_share() -> None:
    assert compared(ONE, ONE) == [("s0", "s1", 1.0)]


def test_the_stub_that_all_were_given_counts_for_nothing() -> None:
    assert compared(ONE, RENAMED, stub=ONE) == []
    assert compared(ONE, ONE, stub=ONE) == []


def test_what_nearly_everybody_writes_is_no_evidence() -> None:
    same_idea = [ONE + f"\nx = y.call_{n}()\n".encode() for n in range(100)]
    assert compared(*same_idea) == []


@given(st.binary(max_size=2000))
def test_any_bytes_have_fingerprints(data: bytes) -> None:
    assert len(fingerprints(data)) <= max(1, len(data))


@given(st.text(max_size=500))
def test_comments_and_layout_are_no_tokens(text: str) -> None:
    plain = text.replace("\n", " ")
    assert list(tokens(f"a = b # {plain}")) == ["n", "=", "n"]


@pytest.mark.alone
@pytest.mark.parametrize("unit", ['"', "'''", "\\", ".", "rb", "\\'", '\\"', "'\n", "#", "_", "0."])
def test_a_hostile_text_takes_no_longer_than_its_length(unit: str) -> None:
    seconds = []
    for count in (2_000, 40_000):
        text, began = unit * count, time.process_time()
        sum(1 for _ in tokens("'" + text))
        seconds.append(time.process_time() - began)
    assert (
        seconds[1] < 100 * seconds[0] + 0.05
    )  # 20 times the text; a second look at each character would be 400
