"""The six checks as otter-grader takes them: test cases of one question, by exceptions."""

import os
import sys

from otter.test_files import test_case

OK_FORMAT = False
name = "rows"
points = 6


def judge(check, env):
    sys.path.insert(0, os.environ["PLAIN"])
    from types import SimpleNamespace

    from plain import run_check

    run_check(check, SimpleNamespace(**{name: env[name] for name in ("quantize_rows", "dequantize_rows")}))


@test_case()
def test_form(env):
    judge("test_form", env)


@test_case()
def test_error(env):
    judge("test_error", env)


@test_case()
def test_largest_error(env):
    judge("test_largest_error", env)


@test_case()
def test_zero_rows(env):
    judge("test_zero_rows", env)


@test_case()
def test_payload(env):
    judge("test_payload", env)


@test_case()
def test_outlier_row(env):
    judge("test_outlier_row", env)
