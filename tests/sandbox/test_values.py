"""Plain values cross exactly; everything else is refused by name."""

from __future__ import annotations

import contextlib
import enum
import math
from collections import OrderedDict, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.sandbox.values import Malformed, Unsendable, decode, encode

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.floats()
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=15,
)


def same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or a == b
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


@given(VALUES)
def test_values_cross_exactly_with_their_types(value):
    assert same(decode(encode(value)), value)


@given(VALUES)
def test_whatever_is_encoded_decodes_or_is_malformed(value):
    with contextlib.suppress(Malformed):
        decode(value)


class ModelOutput(OrderedDict):  # type: ignore[type-arg]
    """What transformers' models return: fields that are entries as well."""


class Answer:
    def __init__(self) -> None:
        self.logits = 0.5


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            ModelOutput(logits=0.5, cache=object()),
            "an object of type ModelOutput, which holds an object of type object, which cannot cross to the judge; "
            "what may cross is in its .logits",
        ),
        (
            {"logits": 0.5, "cache": object()},
            "a dict, which holds an object of type object, which cannot cross to the judge; "
            "what may cross is in its ['logits']",
        ),
        ((0.5, object()), "a tuple, which holds an object of type object, which cannot cross to the judge"),
        (
            Answer(),
            "an object of type Answer, which cannot cross to the judge; what may cross is in its .logits",
        ),
        (object(), "an object of type object, which cannot cross to the judge"),
    ],
)
def test_what_cannot_cross_is_told_from_what_was_returned(value, told):
    with pytest.raises(Unsendable) as problem:
        encode(value)
    assert str(problem.value) == told


class Colour(enum.IntEnum):
    RED = 3


class Sly(str):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, 3),
        (namedtuple("P", "x y")(1, 2), (1, 2)),
        (Sly("text"), "text"),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    ],
)
def test_subclasses_become_their_plain_base(value, plain):
    assert same(decode(encode(value)), plain)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (object(), "type object"),
        ({1, 2}, "type set"),
        (lambda: 1, "type function"),
        (10**2000, "digits"),
        ("x" * 100_000, "characters"),
        ([0] * 5000, "4,096 values"),
        ({(1, 2): 3}, "key of type tuple"),
        (1j, "type complex"),
    ],
)
def test_what_may_not_cross_is_refused_by_name(value, told):
    with pytest.raises(Unsendable, match=told):
        encode(value)


def test_nesting_is_bounded():
    nested: list[object] = []
    for _ in range(20):
        nested = [nested]
    with pytest.raises(Unsendable, match="deep"):
        encode(nested)


@pytest.mark.parametrize(
    "forged",
    [
        None, 3, {}, {"t": "int", "v": 3}, {"t": "int", "v": "1" * 1000}, {"t": "int", "v": "x"},
        {"t": "float", "v": "1g"},
        {"t": "dict", "v": [[1]]}, {"t": "dict", "v": [[{"t": "none"}, {"t": "none"}]]}, {"t": "list", "v": "ab"},
        {"t": "tensor"}, {"t": ["list"], "v": []},
    ],
)  # fmt: skip
def test_forged_encodings_are_malformed(forged):
    with pytest.raises(Malformed):
        decode(forged)
