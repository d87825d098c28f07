"""What a person may name, the ids that models get, and models that another tutor made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compute.models.plain import refusal, write_model
from tutor.compute.models import fetch_named, find_model, find_model_folder, list_models, pinned_model
from tutor.compute.models.manifest import Manifest
from tutor.errors import UsageProblem


@pytest.mark.usefixtures("trusting")
def test_two_models_of_one_name_need_two_ids(tmp_path: Path, shelf: Path) -> None:
    one, other = (
        write_model(tmp_path / "one" / "m"),
        write_model(tmp_path / "other" / "m", num_hidden_layers=2),
    )
    fetch_named(str(one), folder=shelf)
    told = refusal(other, shelf, UsageProblem)
    assert f"fetched from {one}" in told
    assert "--as ID" in told
    assert fetch_named(str(other), "m-2", shelf).folder == shelf / "m-2"
    assert [model.manifest.id for model in list_models(shelf)] == ["m", "m-2"]


@pytest.mark.usefixtures("trusting")
def test_the_tutors_own_model_keeps_its_id(tmp_path: Path, shelf: Path) -> None:
    id = pinned_model().id
    assert "tutor's own model" in refusal(write_model(tmp_path / id), shelf, UsageProblem)
    assert "tutor's own model" in refusal(write_model(tmp_path / "m"), shelf, UsageProblem, id)
    assert "tutor's own model" in refusal(id, shelf, UsageProblem, "other")


@pytest.mark.usefixtures("trusting")
def test_a_folder_of_another_tutor_brings_its_manifest(tmp_path: Path, shelf: Path) -> None:
    """So the pinned model comes over without a network, on a stick, and is the pinned one here too."""
    pinned = pinned_model()
    first = Manifest(
        pinned.id, fetched="2026-01-02", origin=pinned.gguf_sha256
    )  # as the first version wrote it
    folder = write_model(tmp_path / "stick" / pinned.id, manifest=first)
    fetched = fetch_named(str(folder), folder=shelf)
    assert (fetched.manifest.title, fetched.manifest.license) == (pinned.title, pinned.license)
    assert (fetched.manifest.source, fetched.manifest.fetched) == (pinned.requirement, "2026-01-02")
    assert find_model(folder=shelf) == find_model_folder(None, shelf) == shelf / pinned.id
    assert fetch_named(str(folder), folder=shelf).already
    assert fetch_named(None, folder=shelf).already


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_damaged_folder_of_another_tutor_is_refused(harm: str, tmp_path: Path, shelf: Path) -> None:
    pinned = pinned_model()
    folder = write_model(tmp_path / pinned.id, manifest=Manifest(pinned.id, origin=pinned.gguf_sha256))
    if harm == "changed":
        (folder / "tokenizer.json").write_text("[]")
    else:
        (folder / "tokenizer.json").unlink()
    assert "tokenizer.json is missing or damaged" in refusal(folder, shelf)


def test_other_words_are_told(tmp_path: Path, shelf: Path) -> None:
    (tmp_path / "file.txt").write_text("")
    assert "neither a folder nor a GGUF" in refusal(tmp_path / "file.txt", shelf, UsageProblem)
    for word in ("./none", "~/none", "/none/here", "none.gguf", "a/b/c", "a b", "-", "ä", "", " "):
        assert "no such file or folder" in refusal(word, shelf, UsageProblem)
    for id in ("Big", "a/b", "..", ".part-x", "", "x" * 81):
        assert "cannot be an id" in refusal(tmp_path, shelf, UsageProblem, id or "-")
    nameless = tmp_path / "模型"
    nameless.mkdir()
    assert "--as ID" in refusal(nameless, shelf, UsageProblem)
