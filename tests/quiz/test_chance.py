from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tutor.quiz.chance import Chance


def test_draws_are_the_same_as_on_the_day_this_was_written() -> None:
    # Recorded once: a change here changes every quiz that learners took.
    chance = Chance(7, "footprint")
    assert [chance.below(1000) for _ in range(5)] == [970, 671, 558, 384, 654]
    assert Chance(7, "footprint").shuffled("abcdef") == tuple("aebcdf")


def test_each_name_and_each_seed_has_draws_of_its_own() -> None:
    first = {(seed, name): Chance(seed, name).below(10**9) for seed in range(20) for name in ("a", "b")}
    assert len(set(first.values())) == 40


@given(st.integers(), st.text(max_size=20), st.lists(st.integers(), unique=True, min_size=2, max_size=8))
def test_a_shuffle_is_a_permutation_and_a_disorder_is_never_the_same_order(
    seed: int, name: str, values: list[int]
) -> None:
    assert sorted(Chance(seed, name).shuffled(values)) == sorted(values)
    disordered = Chance(seed, name).disordered(values)
    assert sorted(disordered) == sorted(values)
    assert list(disordered) != values


def test_every_order_comes_about_equally_often() -> None:
    counts = Counter(Chance(seed, "x").shuffled("abc") for seed in range(6000))
    assert len(counts) == 6
    assert all(850 < count < 1150 for count in counts.values())
