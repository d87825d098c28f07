"""One cause gives one message: failures that differ in numbers, errors in shapes, and names that come late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutor.course import load_content
from tutor.grading import Verdict, assemble, from_bytes
from tutor.grading.checks import CheckFailed, Expect, Measure
from tutor.grading.run import Heard
from tutor.paths import ContentRoot

EXERCISE = load_content(ContentRoot(Path(__file__).parent / "course")).exercise("halve")
SAME_AS_FIRST = "Same cause as check 1."


def failed(expected: str, came: str, misconception: str | None = None) -> dict[str, Any]:
    return {
        "outcome": "failed",
        "failure": {"expected": expected, "came": came, "misconception": misconception},
    }


def raised(type_: str, message: str, line: int, kind: str = "raised", name: str = "halve") -> dict[str, Any]:
    frames = [{"line": line, "name": name, "text": "return x / 2"}]
    error = {"kind": kind, "type": type_, "name": "", "message": message, "frames": frames}
    return {"outcome": "error", "error": error}


def verdict(*outcomes: dict[str, Any]) -> Verdict:
    about = {"title": "A check", "required": True, "cuda": False}
    checks = [{"id": f"check-{number}", **about, **outcome} for number, outcome in enumerate(outcomes)]
    return assemble.verdict(
        EXERCISE, from_bytes(b"", Path("halve.py")), "cpu", Heard(checks=checks, done={}), 1.0
    )


def test_failures_that_differ_only_in_numbers_are_told_once():
    told = verdict(
        failed("every weight within 0.525 of a step", "a weight 0.61 steps away, in a matrix of 3 × 4"),
        failed("every weight within 0.525 of a step", "a weight 63.5 steps away, in a matrix of 65 × 66"),
        failed("every weight within 0.525 of a step", "NaN for a weight"),
        failed("q: int8 tensor of shape (3, 4)", "float32 tensor of shape (3, 4)"),
        failed("q: int8 tensor of shape (3, 4)", "float64 tensor of shape (3, 4)"),
    ).checks

    assert "0.61 steps" in told[0].message
    assert (told[1].message, told[1].hint, told[1].outcome) == (SAME_AS_FIRST, "", "failed")
    assert "NaN for a weight" in told[2].message
    assert "float32" in told[3].message
    assert "float64" in told[4].message


def test_a_name_that_a_later_check_finds_is_told_with_the_first():
    told = verdict(
        failed("halves", "3 times as much"),
        failed("halves", "2 times as much", "doubled"),
        failed("halves", "NaN"),
    ).checks

    assert told[0].message == (
        "Expected halves. Came: 3 times as much. This looks like doubling instead of halving. Halving makes smaller."
    )
    assert told[0].hint == "Divide."
    assert told[1].message == SAME_AS_FIRST
    assert [check.misconception for check in told] == ["doubled", "doubled", None]


def test_where_two_names_were_found_nothing_else_gets_one():
    told = verdict(
        failed("halves", "3 times as much"),
        failed("halves", "2 times as much", "doubled"),
        failed("halves", "4 times as much", "doubled-twice"),
    ).checks

    assert [check.misconception for check in told] == [None, "doubled", None]
    assert "This looks like" not in told[0].message


def test_errors_of_one_line_are_told_once_whatever_their_shapes():
    told = verdict(
        raised("RuntimeError", "size mismatch: 3 and 4", 7),
        raised("RuntimeError", "inconsistent tensor size, expected 5", 7),
        raised("ValueError", "size mismatch: 3 and 4", 7),
        raised("RuntimeError", "size mismatch: 3 and 4", 8),
    ).checks

    assert told[1].message == SAME_AS_FIRST
    assert "ValueError" in told[2].message
    assert "line 8" in told[3].message


def test_errors_of_a_real_grading_are_told_once(grade, solution):
    checks = grade(solution("import torch\nreturn x @ torch.ones(3)")).checks

    assert "RuntimeError" in checks[0].message
    assert [check.message for check in checks[1:3]] == [SAME_AS_FIRST] * 2


@pytest.mark.parametrize(
    "kept",
    [
        "global size\n    size = 2\n",  # NameError
        "kept['size'] = 2\n",  # KeyError
        "halve.size = 2\n",  # AttributeError
        "global other\n    other = 2\n",  # TypeError about None
    ],
)
def test_who_relies_on_a_global_is_told_of_the_other_process(grade, kept):
    use = {"g": "size", "k": "kept['size']", "h": "halve.size"}[kept[0]].replace(
        "size", "other" if "other" in kept else "size"
    )
    source = (
        f"kept = {{}}\nother = None\ndef halve(x):\n    {kept}    return x / 2\n"
        f"def double(x):\n    return x * {use}\n"
    )
    checks = grade(source).checks

    assert checks[0].outcome == "passed"
    assert checks[1].outcome == "error"
    assert checks[1].hint.startswith(
        "`double` runs in another process than `halve`: only what was returned there is here, no globals"
    )


def test_other_errors_are_told_of_no_other_process():
    for outcome in (
        raised("NameError", "name 'y' is not defined", 7),
        raised("TypeError", "can't multiply sequence by non-int", 7, name="double"),
        raised("RuntimeError", "None", 7, name="double"),
    ):
        assert "another process" not in verdict(outcome).checks[0].hint


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("largest error", "a largest error of at most 1"),
        ("error of the outputs", "an error of the outputs of at most 1"),
        ("peak memory", "peak memory of at most 1"),
        ("bits per weight", "bits per weight of at most 1"),
        ("loss", "a loss of at most 1"),
        ("payload", "a payload of at most 1"),
    ],
)
def test_an_expectation_is_a_phrase(name, expected):
    with pytest.raises(CheckFailed) as problem:
        Measure()(name, 2, 1)
    assert problem.value.expected == expected


def test_a_dict_is_described_by_its_keys():
    with pytest.raises(CheckFailed) as problem:
        Expect().tensor({"logits": 1, "a b": 2, 3: 4})
    assert problem.value.came == "a dict with logits"
