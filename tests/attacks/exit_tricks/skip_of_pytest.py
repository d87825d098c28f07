"""Raises the exception with which pytest skips a test."""
# verdict: error


def halve(x):
    import pytest

    pytest.skip("nothing to see here")


def double(x):
    return x * 2
