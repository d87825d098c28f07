"""What a person named, as a source: nothing for the pinned model, a path, or an id of the hub."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from tutor.compute.models.catalogue import pinned_model
from tutor.compute.models.fetching import Fetched, PinnedSource, fetched
from tutor.compute.models.hub import HubSource
from tutor.compute.models.installing import Source
from tutor.compute.models.local import FolderSource, GgufSource
from tutor.compute.models.places import models_folder
from tutor.compute.models.progress import Tell
from tutor.errors import UsageProblem

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_HUB = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")


def fetch_named(
    what: str | None = None,
    id: str | None = None,
    folder: Path | None = None,
    on_progress: Tell = lambda progress: None,
) -> Fetched:
    """Make a model ready to load under ``id``, or an id made of its name.

    Raises:
        UsageProblem: no such thing, or its id is taken.
        EnvironmentProblem: what the machine, the network or the model lacks. Nothing is left behind.
    """
    shelf = folder or models_folder()
    return fetched(source_of(what, id, shelf), shelf, on_progress)


def source_of(what: str | None, id: str | None, shelf: Path) -> Source:
    """The source that ``what`` names.

    Raises:
        UsageProblem: it names none, or ``id`` can't be one.
    """
    pinned = pinned_model()
    if what in (None, pinned.id):
        if id not in (None, pinned.id):
            raise UsageProblem(
                f"The tutor's own model has its id, '{pinned.id}'.",
                where="--as",
                next_step="'--as ID' goes with a folder, a file or an id of the hub.",
            )
        return PinnedSource(pinned, shelf)
    path = Path(what).expanduser().absolute()
    if what and path.exists():
        return _local(path, _checked(id or _slug(path.stem if path.suffix == ".gguf" else path.name)), shelf)
    if what.startswith((".", "/", "~")) or what.endswith(".gguf") or not _HUB.fullmatch(what):
        raise UsageProblem(
            "There is no such file or folder.",
            where=what[:200],
            next_step="Give a folder with a model, a GGUF file, or an id of the hub such as 'gpt2' or 'org/name'.",
        )
    return HubSource(what, _not_pinned(_checked(id or _slug(what))), shelf)


def _local(path: Path, id: str, shelf: Path) -> Source:
    if path.is_file() and path.suffix == ".gguf":
        return GgufSource(path, _not_pinned(id), shelf)
    if not path.is_dir():
        raise UsageProblem(
            "This is neither a folder nor a GGUF file.",
            where=str(path),
            next_step="Give a folder with 'config.json' and 'model.safetensors', or a file that ends in '.gguf'.",
        )
    names = [file.name for file in path.iterdir()]
    files = [name for name in names if name.endswith(".gguf")]
    if len(files) == 1 and not any(name.endswith(".safetensors") for name in names):
        return GgufSource(path / files[0], _not_pinned(id), shelf)
    source = FolderSource(path, id, shelf)
    kept = source.kept()
    if kept is None or kept.origin != pinned_model().gguf_sha256:
        _not_pinned(id)
    return source


def _slug(name: str) -> str:
    """``Org/My Model 1.5`` as ``org-my-model-1.5``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", plain).strip("-._")[:80]


def _checked(id: str) -> str:
    if not _ID.fullmatch(id):
        raise UsageProblem(
            f"'{id[:80]}' cannot be an id: lower-case letters, digits, '.', '_' and '-', at most 80.",
            where="--as",
            next_step="Add '--as ID' with such an id.",
        )
    return id


def _not_pinned(id: str) -> str:
    """The tutor's own model keeps its id, so that lessons find just that one under it."""
    if id == pinned_model().id:
        raise UsageProblem(
            f"'{id}' is the id of the tutor's own model.",
            where="--as",
            next_step="Add '--as ID' to give this one another id.",
        )
    return id
