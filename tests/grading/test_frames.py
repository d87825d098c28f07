"""A judge that says something else than judges say is a fault of the grader."""

from __future__ import annotations

import pytest

from tests.fuzz.frames import STORY
from tutor.grading.frames import Misunderstood, require_understood


def test_what_a_judge_says_is_understood() -> None:
    for frame in STORY:
        require_understood(frame)


@pytest.mark.parametrize(
    "frame",
    [
        {"check": ""},
        {"check": {**STORY[5]["check"], "id": []}},
        {"check": {**STORY[5]["check"], "measurements": [{"name": "error", "value": "0.5"}]}},
        {"check": {**STORY[6]["check"], "error": {"kind": "raised"}}},
        {"collected": [{"title": "no id"}]},
        {"protections": ["active"]},
        {"table": {"title": "T", "columns": ["a", "b"], "rows": [["one"]]}},
        {"done": {"touched": [1]}},
        {"working": {"note": "reading"}},
    ],
)
def test_what_no_judge_says_is_not(frame: dict[str, object]) -> None:
    with pytest.raises(Misunderstood, match="what nobody understands, at"):
        require_understood(frame)
