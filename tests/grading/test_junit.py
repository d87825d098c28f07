"""JUnit XML that any reader takes, whatever a submission put into its messages."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.grading.junit import write_junit


def verdict(message: str = "", outcome: str = "failed", **changes: Any) -> dict[str, Any]:
    measurement = {"name": message, "value": 2.0, "limit": 1.0, "unit": message, "better": "lower"}
    check = {
        "id": "round_trip",
        "title": message or "Comes back",
        "outcome": outcome,
        "required": True,
        "hidden": True,
        "measurements": [measurement],
        "message": message,
        "misconception": None,
        "hint": message,
    }
    return {
        "exercise": "per-row-scales",
        "verdict": "failed",
        "device": "cpu",
        "seconds": 1.25,
        "checks": [check],
        "stdout": message,
        "message": message,
        **changes,
    }


def written(document: dict[str, Any]) -> ElementTree.Element:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "junit.xml"
        write_junit(document, file)
        return ElementTree.parse(file).getroot()


@given(st.text(st.characters(exclude_categories=())))
@settings(max_examples=60)
def test_any_text_gives_valid_xml(text: str) -> None:
    suite = written(verdict(text))
    assert suite.get("failures") == "1"


def test_markup_in_a_message_stays_text() -> None:
    suite = written(verdict("]]><testcase name='forged'/>\x00\x1b[2J&amp;"))
    assert len(suite.findall("testcase")) == 1
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "forged" in (failure.text or "")


def test_each_outcome_has_its_element() -> None:
    for outcome, tag in (("failed", "failure"), ("error", "error"), ("skipped", "skipped")):
        case = written(verdict("why", outcome)).find("testcase")
        assert case is not None
        assert [child.tag for child in case] == [tag]
    case = written(verdict("", "passed")).find("testcase")
    assert case is not None
    assert list(case) == []


def test_a_verdict_without_checks_is_no_green_suite() -> None:
    suite = written(verdict("over 1 MB", checks=[], verdict="error"))
    error = suite.find("testcase/error")
    assert error is not None
    assert error.get("message") == "over 1 MB"
    assert suite.get("tests") == "1"
    assert suite.get("errors") == "1"
