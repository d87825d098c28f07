"""Models that lie on this machine already: a folder of transformers', or a GGUF file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.compute.capacity import memory_bytes
from tutor.compute.models.accepting import check_loads, refuse_unfit
from tutor.compute.models.children import QUIET, ask
from tutor.compute.models.facts import ModelFacts, check_memory, describe
from tutor.compute.models.fetching import CONVERTERS, INSPECTORS, check_packages, convert
from tutor.compute.models.files import small_files, weight_files
from tutor.compute.models.installing import check_space
from tutor.compute.models.manifest import Manifest, read_manifest, sha256_of
from tutor.compute.models.places import manifest_in
from tutor.compute.models.progress import Meter, Progress, Tell
from tutor.errors import EnvironmentProblem

_LICENSE = re.compile(r"\A---\n(?:.*\n)*?license:\s*['\"]?([\w.+-]+)")
_CHUNK = 1 << 22


@dataclass(frozen=True)
class FolderSource:
    """A folder with a transformers model. It is copied: what happens to it later harms no lesson."""

    path: Path
    id: str
    shelf: Path

    @property
    def label(self) -> str:
        """Where a tutor that kept the model in this folder had it from, else the folder's path."""
        kept = self.kept()
        return kept.source if kept else str(self.path)

    def is_there(self, place: Path) -> bool:
        """Whether each file that would be copied lies there with the same bytes."""
        there = read_manifest(place)
        if there is None or there.source != self.label or not there.is_whole(place):
            return False
        return {name: note.sha256 for name, note in there.files.items()} == {
            name: sha256_of(self.path / name) for name in self._names()
        }

    def replaces(self, there: Manifest) -> bool:
        """Whether it was made of the same folder, or came from the same source."""
        return there.source == self.label

    def make(self, part: Path, tell: Tell) -> Path:
        """Look at headers and settings, then copy, then compare."""
        names, where = self._names(), str(self.path)
        check_packages(INSPECTORS, where)
        view = part / "view"  # just the files that are taken: what is checked is what will be there
        view.mkdir()
        for name in names:
            (view / name).symlink_to(self.path / name)
        facts = describe(view)
        tell(Progress(f"{self.id}: {facts.summary}"))
        refuse_unfit(facts, where)
        total = sum((self.path / name).stat().st_size for name in names)
        check_space(self.shelf, total)
        tell(Progress("Checking that transformers knows it"))
        check_loads(view, part, where)
        made = part / self.id
        made.mkdir()
        meter = Meter(f"Copying {self.path.name}", total, tell)
        hashes: dict[str, str] = {}
        copied = 0
        for name in names:
            hashes[name], copied = _copy(self.path / name, made / name, copied, meter)
        tell(Progress("Checking the copy"))
        manifest = self.kept() or Manifest(self.id, self.path.name, _license(self.path), where)
        manifest.write(made)
        self._compare(made, hashes)
        return made

    def kept(self) -> Manifest | None:
        """The manifest that a tutor wrote there, perhaps on another machine: source, title and licence stay."""
        found = manifest_in(self.path)
        return found if found and found.files and found.id == self.id else None

    def _names(self) -> list[str]:
        names = [file.name for file in self.path.iterdir() if file.is_file()]
        return small_files(names) + weight_files(names, str(self.path))

    def _compare(self, made: Path, read: dict[str, str]) -> None:
        """What lies on the disk now must be what was read, and what a tutor once noted."""
        written, kept = read_manifest(made), self.kept()
        assert written is not None
        notes = {name: note.sha256 for name, note in written.files.items()}
        for expected in (read, {name: note.sha256 for name, note in kept.files.items()} if kept else read):
            differing = sorted(name for name in {*notes, *expected} if notes.get(name) != expected.get(name))
            if differing:
                raise EnvironmentProblem(
                    f"{differing[0]} is missing or damaged: its SHA-256 is not the one that was noted. "
                    "Nothing was kept.",
                    where=str(self.path),
                    next_step="Copy the folder again from where it came.",
                )


@dataclass(frozen=True)
class GgufSource:
    """A GGUF file, converted once to safetensors in 32 bits: what it stores in fewer stays as inexact."""

    path: Path
    id: str
    shelf: Path

    @property
    def label(self) -> str:
        """The file's path."""
        return str(self.path)

    def is_there(self, place: Path) -> bool:
        """Whether a whole model lies there that was made of this path and these bytes: reads all."""
        there = read_manifest(place)
        return (
            there is not None
            and there.source == self.label
            and there.origin == sha256_of(self.path)
            and there.is_whole(place)
        )

    def replaces(self, there: Manifest) -> bool:
        """Whether it was converted from a file of this path."""
        return there.source == self.label

    def make(self, part: Path, tell: Tell) -> Path:
        """Look at the header, then convert."""
        check_packages(CONVERTERS, self.id)
        view = part / "view"  # alone in a folder: nothing beside it may be taken for its tokenizer
        view.mkdir()
        (view / "model.gguf").symlink_to(self.path)
        tell(Progress("Checking that transformers knows it"))
        seen = ask("inspector", ["gguf", str(self.path)], part, QUIET)
        count = int(seen["parameters"])
        facts = ModelFacts(count, 4 * count, "float32", str(seen["architecture"]), "", largest=0)
        tell(Progress(f"{self.id}: {facts.summary}"))
        # It is read, written, and read again to compare: for a while both stand side by side.
        check_memory(replace(facts, bytes=2 * facts.bytes), str(self.path), memory=memory_bytes())
        check_space(self.shelf, facts.bytes)
        tell(Progress("Converting it, once; this takes about half a minute"))
        made = convert(view / "model.gguf", part, self.id)
        describe(made)
        Manifest(self.id, self.path.stem, "", self.label, origin=sha256_of(self.path)).write(made)
        return made


def _copy(source: Path, target: Path, before: int, meter: Meter) -> tuple[str, int]:
    """Copy a file; returns its SHA-256 as read, and ``before`` with its bytes added, which ``meter`` hears."""
    digest = hashlib.sha256()
    with open(source, "rb") as stream, open(target, "xb") as out:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
            before += len(chunk)
            meter(before)
    return digest.hexdigest(), before


def _license(folder: Path) -> str:
    """What the head of a hub's README says of the licence; empty if nothing does."""
    try:
        found = _LICENSE.match((folder / "README.md").read_text("utf-8", "replace")[:20_000])
    except OSError:
        return ""
    return found[1] if found else ""
