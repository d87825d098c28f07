"""Where models lie, and whether one is there whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from tutor.compute.models.catalogue import PinnedModel, pinned_model
from tutor.paths import tutor_home

MANIFEST = "tutor-model.json"
_CHUNK = 1 << 20


def models_folder() -> Path:
    """``TUTOR_MODELS``, which several homes may share, else ``models`` in the learner's home."""
    shared = os.environ.get("TUTOR_MODELS")
    return Path(shared).expanduser().absolute() if shared else tutor_home() / "models"


def find_model(model: PinnedModel | None = None, folder: Path | None = None) -> Path | None:
    """The folder of the converted model, None if it was not fetched or a file is missing or cut.

    transformers' ``from_pretrained`` loads model and tokenizer from it, without a network. Sizes are
    compared here, in microseconds; ``is_whole`` compares hashes.
    """
    model = model or pinned_model()
    place = (folder or models_folder()) / model.id
    files = _files_of(place, model)
    try:
        fits = bool(files) and all((place / name).stat().st_size == size for name, (size, _) in files.items())
    except OSError:
        return None
    return place if fits else None


def is_whole(place: Path, model: PinnedModel) -> bool:
    """Whether each file of a converted model still has the hash that it was written with."""
    files = _files_of(place, model)
    try:
        return bool(files) and all(sha256_of(place / name) == hash for name, (_, hash) in files.items())
    except OSError:
        return False


def write_manifest(place: Path, model: PinnedModel) -> None:
    """Note what was written, and of which GGUF it was made."""
    files = {
        file.name: {"bytes": file.stat().st_size, "sha256": sha256_of(file)}
        for file in sorted(place.iterdir())
        if file.name != MANIFEST
    }
    document = {"id": model.id, "license": model.license, "gguf_sha256": model.gguf_sha256, "files": files}
    (place / MANIFEST).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _files_of(place: Path, model: PinnedModel) -> Mapping[str, tuple[int, str]]:
    """Name -> (bytes, sha256) by the manifest; empty if there is none, or it is of another GGUF."""
    try:
        document = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if document["gguf_sha256"] != model.gguf_sha256:
            return {}
        return {name: (int(file["bytes"]), str(file["sha256"])) for name, file in document["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
