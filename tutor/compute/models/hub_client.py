"""The child process that talks to the Hugging Face hub, by the hub's own client.

    python -I -m tutor.compute.models.hub_client ANSWER list ID
    python -I -m tutor.compute.models.hub_client ANSWER download ID COMMIT FOLDER NAME…

A child, so that Ctrl+C ends it at once wherever it waits. Of a file that breaks off the client fetches the rest,
a few times; what it could not finish it removes.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from tutor.compute.models.children import answer
from tutor.errors import EnvironmentProblem, TutorProblem, UsageProblem

_AGAIN = "Check the network (or HF_ENDPOINT and the proxy), then run the same again; or give a folder with the model."


def list_model(name: str) -> dict[str, Any]:
    """The newest commit of a model, its licence, and its files at the top with sizes and hashes."""
    from huggingface_hub import HfApi

    info = HfApi().model_info(name, files_metadata=True, timeout=20)
    tags = [tag.partition(":")[2] for tag in info.tags or [] if tag.startswith("license:")]
    license = (info.card_data.get("license") if info.card_data else None) or (tags or [""])[0]
    files = [
        {
            "name": file.rfilename,
            "bytes": file.size or 0,
            "sha256": file.lfs.sha256 if file.lfs else "",
            "git": file.blob_id or "",
        }
        for file in info.siblings or []
        if "/" not in file.rfilename
    ]
    return {"commit": info.sha, "license": license if isinstance(license, str) else "", "files": files}


def download(name: str, commit: str, folder: str, *names: str) -> dict[str, Any]:
    """Bring the files ``names`` of one commit into ``folder``."""
    from huggingface_hub import snapshot_download

    snapshot_download(name, revision=commit, local_dir=folder, allow_patterns=list(names), max_workers=4)
    return {}


def told(error: Exception, name: str) -> TutorProblem:
    """What an error of the client's means to a person."""
    from huggingface_hub import errors

    words = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    if isinstance(error, errors.GatedRepoError):
        return EnvironmentProblem(
            "The hub gives this model only to those who accepted its terms.",
            where=name,
            next_step=f"Accept them at https://huggingface.co/{name}, and set HF_TOKEN to a token of yours.",
        )
    if isinstance(error, (errors.RepositoryNotFoundError, errors.HFValidationError)):
        return UsageProblem(
            "The hub has no such model, or it is private.",
            where=name,
            next_step="Check the id at https://huggingface.co/models; a private model needs HF_TOKEN.",
        )
    if _is_offline(error):
        return EnvironmentProblem(
            "HF_HUB_OFFLINE is set, so the hub may not be asked.",
            where=name,
            next_step="Unset it (and TRANSFORMERS_OFFLINE), or give a folder with the model.",
        )
    if isinstance(error, errors.HfHubHTTPError) and error.response is not None:
        return EnvironmentProblem(
            f"The hub answered with status {error.response.status_code}.", where=name, next_step=_AGAIN
        )
    if re.search("No space left|Disk quota", str(error)):
        return EnvironmentProblem(
            "The disk is full. Nothing was kept.",
            where=name,
            next_step="Make room, or set TUTOR_MODELS to a folder on another disk.",
        )
    if _is_of_network(error):
        return EnvironmentProblem(
            "The hub cannot be reached, or the connection broke. Nothing was kept.",
            where=name,
            next_step=_AGAIN,
        )
    return EnvironmentProblem(f"The hub's client failed: {words}", where=name, next_step=_AGAIN)


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and what caused it."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _is_offline(error: Exception) -> bool:
    return any(type(one).__name__ == "OfflineModeIsEnabled" for one in _chain(error))


def _is_of_network(error: Exception) -> bool:
    """Whether the HTTP library, whichever the client uses, or a consistency check of sizes raised it."""
    names = {type(one).__module__.partition(".")[0] for one in _chain(error)}
    return bool(
        names & {"httpx", "httpx2", "httpcore", "httpcore2", "requests"}
    ) or "Consistency check" in str(error)


def main(kind: str, name: str, *words: str) -> dict[str, Any]:
    """Do one of the two.

    Raises:
        TutorProblem: what went wrong, for a person.
    """
    try:
        return list_model(name) if kind == "list" else download(name, *words)
    except Exception as error:
        raise told(error, name) from error


if __name__ == "__main__":
    answer(sys.argv[1], lambda: main(*sys.argv[2:]))
