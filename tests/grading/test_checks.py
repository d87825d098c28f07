"""The vocabulary of checks, where it must not be fooled."""

from __future__ import annotations

import math

import pytest
import torch

from tutor.grading.checks import CheckFailed, Expect, Measure, payload_bytes


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (torch.zeros(3, 5, dtype=torch.int8), 15),
        ((torch.zeros(3, 5, dtype=torch.int8), torch.zeros(3)), 15 + 12),
        (torch.zeros(0), 0),
        (torch.zeros(0, 12345, 678), 16),
        ([[], [[]], []], 8 + 16 + 8),
        ({"ab": None}, 2 + 1),
        (1 << 800, 101),
        ("é", 2),
    ],
)
def test_a_payload_weighs_what_it_can_tell(value, size):
    assert payload_bytes(value) == size


def test_a_suspicion_that_cannot_be_computed_on_what_came_is_no_misconception():
    def broken() -> str:
        raise NotImplementedError("no arithmetic for this type")

    with pytest.raises(CheckFailed) as failed:
        Expect()(False, expected="this", came="that", misconception=broken)

    assert failed.value.misconception is None


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_what_is_not_a_number_keeps_no_limit(better):
    with pytest.raises(CheckFailed):
        Measure()("error", math.nan, 1.0, better=better)
