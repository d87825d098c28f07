"""Models of the Hugging Face hub: listed first, refused early, downloaded by its own client, checked by its hashes."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from tutor.amounts import size
from tutor.compute.capacity import memory_bytes
from tutor.compute.models.accepting import check_known, check_loads, refuse_unfit
from tutor.compute.models.children import ask
from tutor.compute.models.facts import BESIDE_BYTES, describe
from tutor.compute.models.fetching import INSPECTORS, check_packages
from tutor.compute.models.files import CONFIG, small_files, weight_files
from tutor.compute.models.installing import check_space
from tutor.compute.models.manifest import Manifest, read_manifest, sha256_of
from tutor.compute.models.progress import Meter, Progress, Tell, sizes_under, watching
from tutor.errors import EnvironmentProblem

# Plain HTTP: what comes lies in our folder, where it can be counted, and goes when we go.
_CLIENT = {
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN_WARNING": "1",
}


@dataclass(frozen=True)
class HubFile:
    """A file as the hub lists it: its size, and the SHA-256 of a large one or git's hash of a small one."""

    name: str
    bytes: int
    sha256: str
    git: str

    def differs(self, file: Path) -> bool:
        """Whether ``file`` is not what the hub lists."""
        if file.stat().st_size != self.bytes:
            return True
        if self.sha256:
            return sha256_of(file) != self.sha256
        blob = f"blob {self.bytes}\0".encode() + file.read_bytes()
        return bool(self.git) and hashlib.sha1(blob, usedforsecurity=False).hexdigest() != self.git


@dataclass(frozen=True)
class HubSource:
    """A model by its id on the hub (``gpt2``, ``org/name``), at the commit that is newest now."""

    name: str
    id: str
    shelf: Path

    @property
    def label(self) -> str:
        """``hub:`` and the model's name there."""
        return f"hub:{self.name}"

    def is_there(self, place: Path) -> bool:
        """Whether it was fetched before and is whole; the hub is not asked for a newer one."""
        there = read_manifest(place)
        return there is not None and there.source == self.label and there.is_whole(place)

    def replaces(self, there: Manifest) -> bool:
        """Whether it came from the same place on the hub, at whatever commit."""
        return there.source == self.label

    def make(self, part: Path, tell: Tell) -> Path:
        """List, refuse what cannot be used, download, check."""
        check_packages((*INSPECTORS, "huggingface_hub"), self.name)
        tell(Progress(f"Asking the hub for {self.name}"))
        listed = ask("hub_client", ["list", self.name], part, _CLIENT)
        files = {file["name"]: HubFile(**file) for file in listed["files"]}
        weights, small = weight_files(files, self.name), small_files(files)
        if CONFIG not in small:
            raise EnvironmentProblem(
                f"It has no '{CONFIG}', so it is no model of transformers.",
                where=self.name,
                next_step="Choose a causal language model in safetensors.",
            )
        self._refuse_large(sum(files[name].bytes for name in weights))
        total = sum(files[name].bytes for name in [*small, *weights])
        check_space(self.shelf, total)

        made, commit = part / self.id, str(listed["commit"])
        meter = Meter(f"Downloading {self.name}", total, tell)
        self._download(commit, small, made, meter)
        tell(Progress("Checking that transformers knows it"))
        check_known(made, part, self.name)
        self._download(commit, weights, made, meter)
        tell(Progress("Checking the download"))
        for file in (files[name] for name in [*small, *weights]):
            if not (made / file.name).is_file() or file.differs(made / file.name):
                raise EnvironmentProblem(
                    f"{file.name} is not the file that the hub lists: its size or hash differs. Nothing was kept.",
                    where=self.name,
                    next_step="Fetch it again; if it stays, a proxy or a mirror changes files (HF_ENDPOINT).",
                )
        facts = describe(made)
        tell(Progress(f"{self.id}: {facts.summary}"))
        refuse_unfit(facts, self.name)
        check_loads(made, part, self.name)
        Manifest(self.id, self.name, str(listed["license"]), self.label, origin=commit).write(made)
        return made

    def _refuse_large(self, bytes_listed: int) -> None:
        """Before the download, by what the hub says of the weights."""
        needed, there = bytes_listed + BESIDE_BYTES, memory_bytes()
        if needed > there:
            raise EnvironmentProblem(
                f"The model is too large for this machine: its weights are {size(bytes_listed)}; loading "
                f"takes {size(needed)} of memory, and {size(there)} can be had.",
                where=self.name,
                next_step="Choose a smaller model, or a machine with more memory.",
            )

    def _download(self, commit: str, names: list[str], made: Path, meter: Meter) -> None:
        """Let the hub's client bring files into ``made``, and leave nothing of its own there."""
        with watching(lambda: sum(sizes_under(made)), meter):
            ask("hub_client", ["download", self.name, commit, str(made), *names], made.parent, _CLIENT)
        shutil.rmtree(made / ".cache", ignore_errors=True)
