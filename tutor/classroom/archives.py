"""Zip files from strangers, read in memory and never unpacked to a disk.

What a name, a size or a flag in an archive claims is looked at before anything is decompressed, and a member is
only decompressed up to what its header claims. A refused member or archive is `Unreadable` with the reason in words.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tutor.amounts import size

MAX_DEPTH = 2
"""An export of the course's system, and a student's archive in it."""
MAX_MEMBERS = 2_000
MAX_DIRECTORY_BYTES = 1 << 20
MAX_ARCHIVE_BYTES = 64 << 20
MAX_UNPACKED_BYTES = 512 << 20
MAX_RATIO = 100
"""Source text packs to a third or a tenth; text that was made to be packed, to a thousandth."""
HARMLESS_BYTES = 1 << 20
"""Whatever packs so well may still be this large."""
KEPT_OPEN = 4

_END = b"PK\x05\x06"
_END_BYTES, _LONGEST_COMMENT = 22, 0xFFFF
_LOCATOR_OF_64, _LOCATOR_BYTES = b"PK\x06\x07", 20


class Unreadable(Exception):
    """A submission whose bytes can't be had; the text says what it is instead."""


@dataclass(frozen=True)
class Member:
    """One file of an archive. ``reason`` says why it is not read, where it is not."""

    name: str
    parts: tuple[str, ...]
    reason: str = ""


Chain = tuple[str, ...]
"""The path of an archive on the disk, then the names of the members that lead to an archive inside it."""


class Archives:
    """Opens archives, and keeps the last few open.

    The first of a chain is the export of an instructor's: it may be large. One inside it, or a student's own, may not.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[Chain, zipfile.ZipFile] = OrderedDict()
        self.trusted: set[Chain] = set()

    def trust(self, chain: Chain) -> None:
        """Lets an archive be as large as a class needs it."""
        self.trusted.add(chain)

    def members(self, chain: Chain) -> Iterator[Member]:
        """What an archive holds, folders left out.

        Raises:
            Unreadable: it is no zip file, a broken one, or a bomb.
        """
        for info in self._opened(chain).infolist():
            parts, leads_out = _parts(info.filename)
            if leads_out or not info.filename.endswith("/"):  # is_dir() fails on a name without a letter
                yield Member(info.filename, parts, _reason(info, leads_out))

    def read(self, chain: Chain, name: str) -> bytes:
        """The bytes of one member. Raises Unreadable."""
        try:
            with self.open(chain, name) as file:
                return file.read()
        except Unreadable:
            raise
        except Exception as problem:  # whatever a damaged stream makes Python's decompressors raise
            raise _broken(problem) from None

    def open(self, chain: Chain, name: str) -> BinaryIO:
        """One member, to be read in pieces. It ends where its header says. Raises Unreadable."""
        archive = self._opened(chain)
        try:
            info = archive.getinfo(name)
            if reason := _reason(info, _parts(name)[1]):
                raise Unreadable(reason)
            return archive.open(info)  # type: ignore[return-value]
        except _BROKEN as problem:
            raise _broken(problem) from None

    def _opened(self, chain: Chain) -> zipfile.ZipFile:
        if chain not in self._open:
            self._open[chain] = self._opening(chain)
            while len(self._open) > KEPT_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(chain)
        return self._open[chain]

    def _opening(self, chain: Chain) -> zipfile.ZipFile:
        file = self._nested(chain) if len(chain) > 1 else _from_disk(chain[0])
        try:
            if chain not in self.trusted:
                _look_at_its_end(file)
            archive = zipfile.ZipFile(file)
            if chain not in self.trusted:
                _look_at_its_sums(archive)
        except (*_BROKEN, Unreadable) as problem:
            file.close()
            raise problem if isinstance(problem, Unreadable) else _broken(problem) from None
        return archive

    def _nested(self, chain: Chain) -> BinaryIO:
        if len(chain) > MAX_DEPTH:
            raise Unreadable("An archive inside an archive inside an archive: not opened.")
        *above, name = chain
        info = self._opened(tuple(above)).getinfo(name)
        if info.file_size > MAX_ARCHIVE_BYTES:
            raise Unreadable(f"An archive of {size(info.file_size)} inside an archive: not opened.")
        return io.BytesIO(self.read(tuple(above), name))

    def close(self) -> None:
        """Lets go of every file."""
        while self._open:
            self._open.popitem()[1].close()


_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError, ValueError)
"""What Python's reader raises on a file that is no archive, or damaged, or packed in a way it does not know."""


def _from_disk(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as problem:
        raise Unreadable(f"It can't be read: {problem.strerror}.") from None


def _broken(problem: BaseException) -> Unreadable:
    if isinstance(problem, NotImplementedError):
        return Unreadable("Packed by a method that this Python does not know: not unpacked.")
    return Unreadable(f"No zip file, or a damaged one ({problem or type(problem).__name__}).")


def _look_at_its_end(file: BinaryIO) -> None:
    """Refuses an archive whose table of contents is larger than any student's, before Python reads it whole."""
    length = file.seek(0, io.SEEK_END)
    if length > MAX_ARCHIVE_BYTES:
        raise Unreadable(f"An archive of {size(length)}: not opened.")
    file.seek(max(0, length - _END_BYTES - _LONGEST_COMMENT - _LOCATOR_BYTES))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + _END_BYTES:
        raise Unreadable(
            "An empty file, not a zip file." if length == 0 else "No zip file, or a damaged one."
        )
    members = int.from_bytes(tail[end + 10 : end + 12], "little")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    of_64 = tail[max(0, end - _LOCATOR_BYTES) : end].startswith(_LOCATOR_OF_64)
    if members > MAX_MEMBERS or directory > MAX_DIRECTORY_BYTES or of_64:
        raise Unreadable(f"An archive of more than {MAX_MEMBERS:,} files: not opened.")


def _look_at_its_sums(archive: zipfile.ZipFile) -> None:
    unpacked = sum(info.file_size for info in archive.infolist())
    packed = sum(info.compress_size for info in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES or _is_bomb(unpacked, packed):
        raise Unreadable(f"A zip bomb: it would unpack to {size(unpacked)}. Not unpacked.")


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > HARMLESS_BYTES and unpacked > MAX_RATIO * max(1, packed)


def _reason(info: zipfile.ZipInfo, leads_out: bool) -> str:
    mode = info.external_attr >> 16
    if leads_out:
        return "Its name leads out of the archive (path traversal): not unpacked."
    if stat.S_ISLNK(mode):
        return "A link inside an archive, not a file: not followed."
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "A special file inside an archive: not unpacked."
    if info.flag_bits & 0x1:
        return "Encrypted: it can't be unpacked without a password."
    if _is_bomb(info.file_size, info.compress_size):
        return f"A zip bomb: it would unpack from {size(info.compress_size)} to {size(info.file_size)}. Not unpacked."
    return ""


def _parts(name: str) -> tuple[tuple[str, ...], bool]:
    """The steps of a member's name, and whether they lead out of the archive's folder."""
    steps = name.replace("\\", "/").split("/")
    outside = steps[0] == "" or ".." in steps or (len(steps[0]) == 2 and steps[0][1] == ":")
    return tuple(step for step in steps if step not in ("", ".", "..")), outside
