"""What the tutor wrote beside a model: where it came from, and each file's size and hash."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = "tutor-model.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class FileNote:
    """A file's size in bytes and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """One model as it was put in place.

    ``source`` is what it was fetched from (a wheel's requirement, ``hub:ID``, a path), ``fetched`` the day,
    ``origin`` the exact version of the source: the SHA-256 of a GGUF, a commit of the hub, or nothing.
    """

    id: str
    title: str = ""
    license: str = ""
    source: str = ""
    fetched: str = ""
    origin: str = ""
    files: Mapping[str, FileNote] = field(default_factory=dict)

    def write(self, place: Path) -> None:
        """Note what lies in ``place`` now, and that it came today."""
        files = {
            file.name: {"bytes": file.stat().st_size, "sha256": sha256_of(file)}
            for file in sorted(place.iterdir())
            if file.name != MANIFEST
        }
        document: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "license": self.license,
            "source": self.source,
            "fetched": self.fetched or datetime.datetime.now(datetime.UTC).date().isoformat(),
            "origin": self.origin,
            "files": files,
        }
        (place / MANIFEST).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    def fits(self, place: Path) -> bool:
        """Whether each file is there with its size: in microseconds, nothing is read."""
        try:
            return bool(self.files) and all(
                (place / name).stat().st_size == note.bytes for name, note in self.files.items()
            )
        except OSError:
            return False

    def is_whole(self, place: Path) -> bool:
        """Whether each file still has the hash that it was written with: reads all."""
        return self.first_difference(place, since_ns=0) is None

    def first_difference(self, place: Path, since_ns: int) -> str | None:
        """What is not as it was written, in a few words; None if nothing is known to be.

        Sizes are compared; files that changed after ``since_ns`` (nanoseconds, as in ``stat``) are read.
        """
        for name, note in self.files.items():
            try:
                found = (place / name).stat()
                if found.st_size != note.bytes:
                    return f"{name} has {found.st_size:,} of {note.bytes:,} bytes"
                if found.st_mtime_ns > since_ns and sha256_of(place / name) != note.sha256:
                    return f"{name} was changed"
            except OSError:
                return f"{name} is missing"
        return None if self.files else "its manifest names no files"


def read_manifest(place: Path) -> Manifest | None:
    """The manifest in ``place``; None if there is none that can be read."""
    try:
        document = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        files = {
            str(name): FileNote(int(file["bytes"]), str(file["sha256"]))
            for name, file in document["files"].items()
        }
        words = {key: str(document.get(key) or "") for key in ("id", "title", "license", "source", "fetched")}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if any(Path(name).name != name for name in files):  # a manifest from elsewhere names files beside it only
        return None
    # The first version wrote models made of a GGUF, and their origin under its name.
    return Manifest(
        **words, origin=str(document.get("origin") or document.get("gguf_sha256") or ""), files=files
    )


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
