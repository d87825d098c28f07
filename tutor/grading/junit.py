"""A verdict as JUnit XML, for CI. Valid for any text a submission can come up with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tutor.grading.bars import line

# What XML 1.0 cannot hold, even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(verdict: Mapping[str, Any], file: Path) -> None:
    """Write a ``tutor.verdict/1`` document to ``file``: one test case a check. Raises EnvironmentProblem."""
    from tutor.progress.keeping import write_output

    suite = junit_suite(verdict)
    indent(suite)
    write_output(file, tostring(suite, encoding="utf-8", xml_declaration=True))


def junit_suite(verdict: Mapping[str, Any], name: str = "") -> Element:
    """A verdict as a ``testsuite``, called after its exercise unless it has a name of its own."""
    checks = verdict["checks"] or [_without_checks(verdict)]
    outcomes = [check["outcome"] for check in checks]
    suite = Element(
        "testsuite",
        name=_text(name or verdict["exercise"]),
        tests=str(len(checks)),
        failures=str(outcomes.count("failed")),
        errors=str(outcomes.count("error")),
        skipped=str(outcomes.count("skipped")),
        time=f"{verdict.get('seconds') or 0:.3f}",
    )
    properties = SubElement(suite, "properties")
    for key in ("verdict", "device"):
        SubElement(properties, "property", name=key, value=_text(verdict.get(key)))
    for check in checks:
        _case(suite, verdict["exercise"], check)
    if verdict.get("stdout"):
        SubElement(suite, "system-out").text = _text(verdict["stdout"])
    return suite


def _without_checks(verdict: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands for a submission that no check was run on: never a green suite."""
    outcome = "passed" if verdict["verdict"] == "passed" else "error"
    return {"id": "submission", "outcome": outcome, "message": verdict.get("message") or verdict["verdict"]}


def _case(suite: Element, exercise: str, check: Mapping[str, Any]) -> None:
    name = _text(check.get("title") or check["id"])
    case = SubElement(suite, "testcase", classname=f"{_text(exercise)}.{_text(check['id'])}", name=name)
    tags = {"failed": "failure", "error": "error", "skipped": "skipped"}
    tag = tags.get(check["outcome"])
    if tag is None:
        return
    message = _text(check.get("message") or check["outcome"])
    result = SubElement(case, tag, message=message.split("\n", 1)[0])
    if tag != "skipped":
        result.set("type", _text(check.get("misconception") or check["outcome"]))
        parts = [
            message,
            *(_text(line(measurement)) for measurement in check.get("measurements") or ()),
            _text(check.get("hint") or ""),
        ]
        result.text = "\n".join(part for part in parts if part)


def _text(value: object) -> str:
    return _NOT_XML.sub("\ufffd", str(value))
