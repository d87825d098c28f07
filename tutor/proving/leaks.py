"""Hidden inputs and expected results do not belong into what a learner reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.grading import Verdict

NAMING = "This looks like "
_NUMBER = r"[-+−]?\d+(?:\.\d*)?(?:e[-+]?\d+)?"
_PRINTED = re.compile(r"\b(?:tensor|array)\(")
# A shape has at most four sizes; more numbers in a row are values.
_VALUES = re.compile(rf"(?:{_NUMBER}[\s,;\[\]()]+){{4,}}{_NUMBER}")


def leaks(verdict: Verdict) -> Iterator[str]:
    """The parts of a verdict's messages that look like a tensor, or like five values and more.

    What follows a misconception's name is the course's own text, the same for every input.
    """
    texts = [verdict.message, *(check.message.partition(NAMING)[0] for check in verdict.checks)]
    for text in texts:
        for pattern in (_PRINTED, _VALUES):
            if found := pattern.search(text):
                yield text[max(0, found.start() - 20) : found.end() + 20]
                break
