"""Progress as a document, and a bug report without the learner's code."""

from __future__ import annotations

import json

from tests.progress.world import verdict
from tutor.progress.report import bug_report, progress_document


def test_the_document_has_the_keys_of_the_contract(content, store, clock):
    store.record_attempt(verdict("absmax-int8", misconception="one-scale-for-all"), source=b"1")
    store.record_attempt(verdict("absmax-int8", "passed"), source=b"2")
    store.record_answer("scale", "bits", "single", 1, "x", 0, 2)
    store.record_answer("bytes", "bits", "single", 1, "x", 1, 1)
    clock.turn(days=1)
    document = json.loads(json.dumps(progress_document(content, store)))
    assert document["schema"] == "tutor.progress/1"
    first, second = document["exercises"]
    assert (first["id"], first["status"], first["attempts"]) == ("absmax-int8", "passed", 2)
    assert first["first_pass"].startswith("2025-03-10T12:00:00")
    assert first["misconceptions"] == ["one-scale-for-all"]
    assert (second["status"], second["attempts"], second["first_pass"]) == ("new", 0, None)
    assert document["quiz"] == [{"lesson": "bits", "points": 1, "of": 3, "due": 1}]
    assert document["due"] == 1


SOURCE = b"""\
import torch

def quantize_rows(W):
    my_secret_trick = W.abs().amax()
    return 1 / 0
"""


def report(content, store, **options):
    quoted = "ZeroDivisionError: division by zero\n  line 5: return 1 / 0\n  my_secret_trick = W.abs().amax()"
    store.record_attempt(
        verdict("per-row-scales", "error", message=quoted), source=SOURCE, grader_hash="f" * 64
    )
    doctor = {
        "findings": [{"id": "torch", "state": "ok", "detail": "2.13.0", "remedy": ""}],
        "devices": [{"id": "cpu", "name": "8 cores"}],
    }
    return bug_report(store, content.exercise("per-row-scales"), doctor=doctor, **options)


def test_a_report_names_versions_verdict_and_findings(content, store):
    text = report(content, store)
    for part in (
        "tutor: ",
        "Python: ",
        "torch: ",
        "verdict: error",
        "grader ffffffffffff",
        "torch: ok",
        "device: cpu, 8 cores",
    ):
        assert part in text


def test_a_report_holds_no_code_no_prints_and_no_paths_unless_asked(content, store):
    text = report(content, store)
    assert "ZeroDivisionError" in text
    for line in SOURCE.decode().split("\n"):
        assert len(line.strip()) < 8 or line.strip() not in text
    assert "what the learner printed" not in text
    assert "/home/ada" not in text
    asked = report(content, store, with_code=True)
    assert SOURCE.decode().strip() in asked
    assert "what the learner printed" in asked


def test_a_report_without_an_attempt_or_an_exercise_is_one_too(content, store):
    assert "No attempt yet." in bug_report(store, content.exercise("absmax-int8"))
    assert "## Versions" in bug_report(store)
