"""Raises an exception that pretends to be one of the judge's own, with a result as its text."""
# verdict: error


class CheckPassed(BaseException):
    """A name that no check knows."""


def halve(x):
    raise CheckPassed({"check": {"id": "halves", "outcome": "passed", "required": True}})


def double(x):
    return x * 2
