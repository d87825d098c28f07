"""What was read of each content file, kept until the file changes.

One JSON file in ``TUTOR_HOME``: for each content file its time and size, and the few values that lists
need. A file whose time and size are as recorded is not opened again. The index is only ever a shortcut:
a missing, torn, foreign or unwritable one costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

Summary = dict[str, Any]
Stamp = tuple[int, int]

# A file written this recently may change again without its time changing: it is read again next time.
SETTLED_NANOSECONDS = 2_000_000_000


def index_file(root: Path, folder: Path | None = None) -> Path:
    """The index of the course at ``root``, in ``folder`` (default: ``cache`` in ``TUTOR_HOME``)."""
    if folder is None:
        from tutor.paths import tutor_home

        folder = tutor_home() / "cache"
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return folder / f"content-{name}.json"


class Index:
    """The index of one course, read when created and written by ``save`` if anything changed."""

    def __init__(self, file: Path, root: Path) -> None:
        self.file, self.root = file, str(root)
        self._known = _load(file, self._identity())
        self._used: dict[str, list[Any]] = {}
        self._changed = False

    def summary(self, path: str, read: Callable[[Path], Summary]) -> Summary | None:
        """What ``read`` says of the file at ``path``, now or when it was last changed; None if it is missing.

        Raises whatever ``read`` raises; nothing is recorded then.
        """
        name = path[len(self.root) + 1 :]
        stamp = _stamp(path)
        if stamp is None:
            return None
        entry = self._known.get(name)
        if entry is None or entry[0] != stamp[0] or entry[1] != stamp[1]:
            entry = [*stamp, read(Path(path))]
            self._changed = True
            if abs(time.time_ns() - stamp[0]) < SETTLED_NANOSECONDS:
                summary: Summary = entry[2]
                return summary
        self._used[name] = entry
        found: Summary = entry[2]
        return found

    def save(self) -> None:
        """Write what was used, if it differs from what was known. Failing to is no problem."""
        if not self._changed and len(self._used) == len(self._known):
            return
        body = json.dumps({"for": self._identity(), "files": self._used}, separators=(",", ":")).encode()
        import tempfile

        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self.file.parent, prefix=self.file.name)
        except OSError:
            return
        try:
            with open(descriptor, "wb") as file:
                file.write(b"%08x\n%b" % (zlib.crc32(body), body))
            os.replace(temporary, self.file)
        except OSError:
            Path(temporary).unlink(missing_ok=True)

    def _identity(self) -> list[Any]:
        """What a recorded summary depends on beside its file: the course's place, and this code."""
        here = os.path.dirname(__file__)
        return [self.root, *(list(_stamp(os.path.join(here, name)) or ()) for name in _DEPENDS_ON)]


_DEPENDS_ON = ("models.py", "documents.py", "validation.py", "rules.py", "summaries.py")


def _stamp(path: str) -> Stamp | None:
    """Time and size of what lies at ``path``; None if nothing does, zeros if it cannot be told."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return (0, 0) if os.path.islink(path) else None
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _load(file: Path, identity: list[Any]) -> dict[str, list[Any]]:
    try:
        checksum, _, body = file.read_bytes().partition(b"\n")
        if int(checksum, 16) != zlib.crc32(body):
            return {}
        content = json.loads(body)
        files: dict[str, list[Any]] = content["files"] if content["for"] == identity else {}
        return files
    except (OSError, ValueError, KeyError, TypeError):
        return {}
