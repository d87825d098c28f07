"""Code answers of quizzes: run confined, checked on values."""

from __future__ import annotations

import pytest

from tutor.sandbox import run_cases

CODE = "def scale(absmax):\n    return absmax / 127\n"


def test_right_code_gives_every_case():
    outcome = run_cases(CODE, [("scale(127.0)", "1.0"), ("[scale(254), 'x']", "[2.0, 'x']")])

    assert outcome.ok == (True, True)
    assert outcome.message == ""


def test_wrong_code_is_told_what_came():
    outcome = run_cases(CODE.replace("127", "128"), [("scale(127.0)", "1.0")])

    assert outcome.ok == (False,)
    assert "gave 0.99" in outcome.message


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def scale(x:", "SyntaxError"),
        ("raise SystemExit", "SystemExit"),
        ("import os; os._exit(0)", "ended its own process"),
        ("import os\ndef scale(x): return os.listdir('/home')", "Error"),
        ("import subprocess\ndef scale(x): return subprocess.run(['id'])", "Error"),
        ("class E:\n    def __eq__(self, o): return True\ndef scale(x): return E()", "type E"),
        ("def scale(x): return float('nan')", "gave nan"),
        ("def scale(x): return True", "gave True"),
    ],
)
def test_code_that_breaks_out_or_lies_fails_with_a_reason(code, told):
    outcome = run_cases(code, [("scale(127.0)", "1.0")])

    assert outcome.ok == (False,)
    assert told in outcome.message


def test_endless_code_ends_at_the_limit():
    outcome = run_cases("while True: pass", [("1", "1")], seconds=1.0)

    assert outcome.ok == (False,)
    assert "did not end within 1 seconds" in outcome.message


def test_a_number_beyond_every_float_is_compared_exactly():
    outcome = run_cases("x = 10**350", [("x", "1.5"), ("x", str(10**350))])

    assert outcome.ok == (False, True)


def test_a_forged_answer_is_wrong_and_no_crash():
    forged = """
from tutor.sandbox import wire
honest = wire.send
def send(sock, frame, descriptors=()):
    if frame["value"]["t"] == "int":
        frame["value"] = {"t": "tensor", "dtype": "float32"}
    honest(sock, frame)
wire.send = send
x = 1
"""
    assert run_cases(forged, [("x", "1")]).ok == (False,)
