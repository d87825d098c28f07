"""The models that are here: listed with what is known of them, and removed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tutor.compute.models.facts import ModelFacts, describe
from tutor.compute.models.installing import alone, making, writing
from tutor.compute.models.manifest import MANIFEST, Manifest
from tutor.compute.models.places import guess, kept_models, models_folder
from tutor.compute.models.progress import sizes_under
from tutor.errors import EnvironmentProblem, UsageProblem


@dataclass(frozen=True)
class KeptModel:
    """A model on the shelf. ``damage`` says what is wrong with it, None if it is whole."""

    manifest: Manifest
    folder: Path
    bytes: int
    damage: str | None
    facts: ModelFacts | None

    @property
    def state(self) -> str:
        """``whole`` or ``damaged``."""
        return "damaged" if self.damage else "whole"

    def to_json(self) -> dict[str, object]:
        """One entry of the ``tutor.models/1`` document."""
        return {
            "id": self.manifest.id,
            "title": self.manifest.title,
            "license": self.manifest.license or None,
            "source": self.manifest.source or None,
            "fetched": self.manifest.fetched or None,
            "parameters": self.facts.parameters if self.facts else None,
            "dtype": self.facts.dtype if self.facts else None,
            "architecture": self.facts.architecture if self.facts else None,
            "bytes": self.bytes,
            "state": self.state,
            "damage": self.damage,
            "folder": str(self.folder),
        }


def list_models(folder: Path | None = None) -> list[KeptModel]:
    """All models on the shelf, by id.

    Sizes are compared with the manifest; what was written after it is read and compared by its hash.
    """
    return [_kept(place, manifest) for place, manifest in kept_models(folder or models_folder())]


def remove_model(id: str, folder: Path | None = None) -> KeptModel:
    """Remove a model from the shelf, and return what it was. A link there goes, never what it points to.

    Raises:
        UsageProblem: there is none with this id; names the nearest.
        EnvironmentProblem: it cannot be removed.
    """
    shelf = folder or models_folder()
    kept = kept_model(id, shelf)
    with writing(shelf), alone(shelf), making(shelf) as part:
        os.rename(kept.folder, part / "removed")  # gone at once, even if deleting its files is cut short
    return kept


def kept_model(id: str, folder: Path | None = None) -> KeptModel:
    """The model with this id.

    Raises:
        UsageProblem: there is none; names the nearest.
    """
    shelf = folder or models_folder()
    for place, manifest in kept_models(shelf):
        if place.name == id:
            return _kept(place, manifest)
    raise UsageProblem(
        f"There is no model '{id[:80]}' here.",
        where=str(shelf),
        next_step=f"{guess(id, shelf)}'tutor model list' lists them.",
    )


def _kept(place: Path, manifest: Manifest) -> KeptModel:
    try:
        damage = manifest.first_difference(place, (place / MANIFEST).stat().st_mtime_ns)
    except OSError:
        damage = "it was not put here by 'tutor model fetch'"
    try:
        facts = describe(place)
    except EnvironmentProblem as problem:
        facts, damage = None, damage or problem.message
    return KeptModel(manifest, place, sum(sizes_under(place)), damage, facts)
