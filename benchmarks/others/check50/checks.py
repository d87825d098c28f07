"""The six checks as check50 takes them: each a decorated function, run in a process of its own."""

import sys
from pathlib import Path

import check50

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from plain import load, run_check


def judge(name):
    try:
        run_check(name, load("solution.py"))
    except Exception as problem:
        raise check50.Failure(str(problem)) from problem


@check50.check()
def form():
    """Codes and scales have the right form"""
    judge("test_form")


@check50.check()
def error():
    """The error is near the best possible"""
    judge("test_error")


@check50.check()
def largest_error():
    """No weight moves by more than half a step"""
    judge("test_largest_error")


@check50.check()
def zero_rows():
    """Rows of zeros come back as zeros"""
    judge("test_zero_rows")


@check50.check()
def payload():
    """The payload is one byte a weight and four a row"""
    judge("test_payload")


@check50.check()
def outlier_row():
    """One large row leaves the others alone"""
    judge("test_outlier_row")
