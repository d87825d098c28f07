"""Text from a submission is hostile in every field: made safe to show, to store and to put into XML."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)"  # CSI, OSC and kin, the rest
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def clean_text(text: object, limit: int | None = 4000, *, single_line: bool = False) -> str:
    """``text`` without escape sequences, controls, lone surrogates and direction overrides.

    Tabs and newlines stay (or become spaces with ``single_line``); what is over ``limit``
    characters is cut with a note that says how much; ``None`` cuts nothing.
    """
    raw = text if isinstance(text, str) else str(text)
    excess = 0 if limit is None else len(raw) - limit
    raw = raw[:limit].replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _CONTROLS.sub("\ufffd", _ESCAPES.sub("", raw))
    if single_line:
        cleaned = " ".join(cleaned.split())
    return f"{cleaned} … ({excess:,} more characters)" if excess > 0 else cleaned


def clean_output(data: bytes, total: int) -> str:
    """What a submission printed: the first ``data`` of ``total`` bytes, decoded and cleaned, with a note on the cut."""
    text = clean_text(data.decode("utf-8", "replace"), limit=None)
    return f"{text}\n… cut here: {total:,} bytes were printed" if total > len(data) else text
