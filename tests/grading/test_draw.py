"""Inputs: the same seed draws the same, also where a spare judge drew ahead."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from tutor.grading import draw as draw_module
from tutor.grading.draw import Draw, Order, draw_ahead

ORDERS = st.lists(
    st.one_of(
        st.tuples(st.just("normal"), st.tuples(st.integers(0, 9), st.integers(1, 40))),
        st.tuples(st.just("permutation"), st.tuples(st.integers(1, 60))),
    ),
    max_size=6,
)


def drawn(draw: Draw, orders: list[Order]) -> list[torch.Tensor]:
    return [draw.normal(*sizes) if kind == "normal" else draw.permutation(sizes[0]) for kind, sizes in orders]


def same(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
    return len(left) == len(right) and all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


@given(foreseen=ORDERS, wanted=ORDERS)
def test_a_check_is_given_the_same_whatever_was_drawn_ahead(
    foreseen: list[Order], wanted: list[Order]
) -> None:
    assert same(drawn(Draw(7, "check", foreseen), wanted), drawn(Draw(7, "check"), wanted))


@given(orders=ORDERS)
def test_what_a_check_drew_is_what_the_next_one_draws_ahead(orders: list[Order]) -> None:
    first = Draw(1, "check")
    drawn(first, orders)
    assert first.orders == orders
    again = Draw(1, "check", first.orders)
    assert len(again._ready) == len(orders)


def test_a_check_that_takes_the_generator_finds_it_where_it_would_stand() -> None:
    ahead, plain = Draw(3, "check", [("normal", (20,)), ("normal", (30,))]), Draw(3, "check")
    assert same([ahead.normal(20)], [plain.normal(20)])
    own = [torch.rand(5, generator=draw.generator) for draw in (ahead, plain)]
    assert torch.equal(*own)
    assert ahead.orders == [("normal", (20,))]  # what comes after can't be foreseen
    assert same([ahead.normal(30)], [plain.normal(30)])
    assert ahead.orders == [("normal", (20,))]


def test_two_checks_draw_independently() -> None:
    assert not torch.equal(Draw(1, "one").normal(20), Draw(1, "other").normal(20))


def test_no_more_is_drawn_ahead_than_there_is_room_for(monkeypatch) -> None:
    monkeypatch.setattr(draw_module, "AHEAD_BYTES", 100)
    draws = draw_ahead(1, {"one": [("normal", (20,)), ("normal", (20,))], "two": [("normal", (2,))]})
    assert [len(draw._ready) for draw in draws.values()] == [1, 0]
    assert same(
        [draws["one"].normal(20), draws["one"].normal(20)], drawn(Draw(1, "one"), [("normal", (20,))] * 2)
    )
