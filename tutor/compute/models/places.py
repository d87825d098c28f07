"""Where models lie, and whether one is there whole."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path

from tutor.compute.models.catalogue import PinnedModel, pinned_model
from tutor.compute.models.facts import describe
from tutor.compute.models.manifest import Manifest, read_manifest
from tutor.errors import EnvironmentProblem
from tutor.paths import tutor_home


def models_folder() -> Path:
    """``TUTOR_MODELS``, which several homes may share, else ``models`` in the learner's home."""
    shared = os.environ.get("TUTOR_MODELS")
    return Path(shared).expanduser().absolute() if shared else tutor_home() / "models"


def find_model(model: PinnedModel | None = None, folder: Path | None = None) -> Path | None:
    """The folder of the pinned model, None if it was not fetched or a file is missing or cut.

    transformers' ``from_pretrained`` loads model and tokenizer from it, without a network. Sizes are
    compared here, in microseconds; ``is_whole`` compares hashes.
    """
    model = model or pinned_model()
    place = (folder or models_folder()) / model.id
    manifest = _manifest_of(place, model)
    return place if manifest and manifest.fits(place) else None


def is_whole(place: Path, model: PinnedModel) -> bool:
    """Whether each file of the pinned model still has the hash that it was written with."""
    manifest = _manifest_of(place, model)
    return manifest is not None and manifest.is_whole(place)


def find_model_folder(name_or_path: str | None = None, folder: Path | None = None) -> Path:
    """The folder of a model that transformers can load: the pinned one, one by its id, or any by its path.

    A name is an id as 'tutor model list' shows it, or what the model was fetched from (``gpt2``, ``org/name``);
    what is no id may be a path. Headers are read, not weights.

    Raises:
        EnvironmentProblem: it is not there, or not whole; the next step is the command that mends it.
    """
    shelf = folder or models_folder()
    if name_or_path is None:
        if found := find_model(folder=shelf):
            return found
        raise EnvironmentProblem(
            f"The model {pinned_model().title} is not here.",
            where=str(shelf / pinned_model().id),
            next_step="Run 'tutor model fetch'.",
        )
    for place, manifest in kept_models(shelf):
        if name_or_path in (place.name, manifest.source, manifest.source.removeprefix("hub:")):
            return _whole_one(place, manifest)
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        describe(path)
        return path.absolute()
    raise absent(name_or_path, shelf)


def kept_models(shelf: Path) -> list[tuple[Path, Manifest]]:
    """Folders of models with their manifests, by id, which is the folder's name. One without has an empty one."""
    try:
        places = [place for place in sorted(shelf.iterdir()) if place.is_dir() and place.name[0] != "."]
    except OSError:
        return []
    return [(place, replace(manifest_in(place) or Manifest(""), id=place.name)) for place in places]


def manifest_in(place: Path) -> Manifest | None:
    """The manifest in ``place`` with title, licence and source, which the first version did not note."""
    found, pinned = read_manifest(place), pinned_model()
    if found and not found.source and found.origin == pinned.gguf_sha256:
        return replace(found, title=pinned.title, license=pinned.license, source=pinned.requirement)
    return found


def absent(name: str, shelf: Path) -> EnvironmentProblem:
    """That there is no such model, with the nearest id, or how to get one."""
    return EnvironmentProblem(
        f"There is no model '{name[:80]}' here.",
        where=str(shelf),
        next_step=f"{guess(name, shelf)}'tutor model list' lists them, 'tutor model fetch {name[:80]}' "
        "asks the hub for it.",
    )


def guess(name: str, shelf: Path) -> str:
    """``Did you mean 'gpt2'? ``, empty where nothing is near."""
    from difflib import get_close_matches

    known = [place.name for place, _ in kept_models(shelf)]
    nearest = get_close_matches(name.lower()[:100], known, n=1, cutoff=0.4)
    return f"Did you mean '{nearest[0]}'? " if nearest else ""


def fetch_again(manifest: Manifest) -> str:
    """The command that mends a model: it fetches it once more from where it came."""
    if manifest.id == pinned_model().id:
        return "tutor model fetch"
    if not manifest.source:
        return f"tutor model remove {manifest.id}"
    return f"tutor model fetch {shlex.quote(manifest.source.removeprefix('hub:'))} --as {manifest.id}"


def _whole_one(place: Path, manifest: Manifest) -> Path:
    if not manifest.fits(place):
        raise EnvironmentProblem(
            f"The model '{place.name}' is damaged: files are missing or cut.",
            where=str(place),
            next_step=f"Run '{fetch_again(manifest)}'.",
        )
    return place


def _manifest_of(place: Path, model: PinnedModel) -> Manifest | None:
    """The manifest in ``place``, None if it is of something else than the pinned GGUF."""
    manifest = read_manifest(place)
    return manifest if manifest and manifest.origin == model.gguf_sha256 else None
