"""Messages that hold hidden values are found, and those that only describe are not."""

from __future__ import annotations

import pytest

from tutor.grading import CheckResult, Verdict
from tutor.proving.leaks import leaks


def verdict(message: str) -> Verdict:
    check = CheckResult("form", "Form.", "failed", message=message)
    return Verdict("e", "failed", "cpu", "e.py", "0" * 64, 0.1, checks=(check,))


@pytest.mark.parametrize(
    "message",
    [
        "Expected tensor([[0.5, 1.0]]). Came: zeros.",
        "Came: array([1, 2])",
        "Expected [0.25, −1.5, 3e-4, 4, 5.0]. Came: others.",
        "Expected 1 2 3 4 5.",
        "Expected ((1, 2), (3, 4), 5)",
    ],
)
def test_values_are_found(message: str) -> None:
    assert len(list(leaks(verdict(message)))) == 1


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Expected a float32 tensor of shape (2, 3, 4, 5). Came: int8 of shape (2, 3).",
        "Expected an error of at most 1.05 times that. Came: 7.8 times, with X of 92 × 120 and W of 120 × 95.",
        "Came: 3 indices, 2 of them of outlier features, 5 of 40, in 1,024 rows.",
        "Came: floats. This looks like a habit. `torch.tensor([])` makes floats of nothing.",
        "W.tensor and array of codes −8 … 7",
    ],
)
def test_descriptions_are_not(message: str) -> None:
    assert list(leaks(verdict(message))) == []
