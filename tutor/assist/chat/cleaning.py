"""Text of a model as it streams, made safe piece by piece; a sequence that two pieces share is not torn."""

from __future__ import annotations

import re

from tutor.sandbox.clean import clean_text

LONGEST_SEQUENCE = 4_000
# The beginning of an escape sequence whose end has not come yet, or half a line's end.
_BEGUN = re.compile(r"(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*|[ -/]*)|\x9b[0-?]*[ -/]*|\r)\Z")


class StreamCleaner:
    """``feed`` gives what may be shown of each piece, ``rest`` what is left at the end."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """The next piece, cleaned; an escape sequence that has only begun is held back until it ends."""
        text = self._held + piece
        begun = _BEGUN.search(text, max(0, len(text) - LONGEST_SEQUENCE))
        at = begun.start() if begun else len(text)
        self._held = text[at:]
        return clean_text(text[:at], limit=None)

    def rest(self) -> str:
        """What was held back when the stream ended, cleaned."""
        held, self._held = self._held, ""
        return clean_text(held, limit=None)
