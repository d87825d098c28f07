"""Codes of human languages, as folders of translations are named: ``de``, ``pt-BR``."""

from __future__ import annotations

import re

LANGUAGE = r"[a-z]{2}(-[A-Z][A-Za-z]{1,3})?"
"""The pattern of such a code."""


def is_language(name: str) -> bool:
    """Whether a folder of that name holds a translation."""
    return re.fullmatch(LANGUAGE, name) is not None


def chain(language: str) -> tuple[str, ...]:
    """The folders to look into for a language, the nearest last: ``pt``, then ``pt-BR``."""
    return tuple(dict.fromkeys((language.partition("-")[0], language))) if language else ()
