"""The models that are here: listed, found, removed, and nothing beside them touched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compute.models.plain import write_model
from tutor.compute.models import find_model_folder, list_models, pinned_model, remove_model
from tutor.compute.models.manifest import Manifest
from tutor.compute.models.progress import Meter, Progress
from tutor.errors import EnvironmentProblem, UsageProblem


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Two models: one of the hub, and one that the first version of the tutor put there."""
    shelf, pinned = tmp_path / "models", pinned_model()
    write_model(shelf / "gpt2", manifest=Manifest("gpt2", "gpt2", "mit", "hub:gpt2", "2026-01-02"))
    write_model(shelf / pinned.id, manifest=Manifest(pinned.id, origin=pinned.gguf_sha256))
    (shelf / ".part-killed").mkdir()
    return shelf


def test_models_are_listed_with_what_is_known_of_them(shelf: Path) -> None:
    hub, own = list_models(shelf)
    assert hub.to_json() == {
        "id": "gpt2",
        "title": "gpt2",
        "license": "mit",
        "source": "hub:gpt2",
        "fetched": "2026-01-02",
        "parameters": 36,
        "dtype": "float32",
        "architecture": "LlamaForCausalLM",
        "bytes": sum(file.stat().st_size for file in (shelf / "gpt2").iterdir()),
        "state": "whole",
        "damage": None,
        "folder": str(shelf / "gpt2"),
    }
    pinned = pinned_model()
    assert own.state == "whole"
    assert (own.manifest.title, own.manifest.license) == (pinned.title, pinned.license)
    assert own.manifest.source == pinned.requirement


def test_no_folder_and_an_empty_one_hold_no_models(tmp_path: Path) -> None:
    assert list_models(tmp_path / "none") == list_models(tmp_path) == []


def _change(file: Path, content: bytes) -> None:
    """Write to a file as a person would, later than its manifest."""
    manifest = file.with_name("tutor-model.json").stat().st_mtime_ns
    file.write_bytes(content)
    os.utime(file, ns=(manifest + 10**9, manifest + 10**9))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: _change(folder / "tokenizer.json", b"{"), "tokenizer.json has 1 of 2 bytes"),
        (lambda folder: _change(folder / "tokenizer.json", b"[]"), "tokenizer.json was changed"),
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
        (lambda folder: (folder / "tutor-model.json").unlink(), "not put here by 'tutor model fetch'"),
        (lambda folder: (folder / "tutor-model.json").write_text("{"), "names no files"),
    ],
)
def test_damage_is_told(harm: Callable[[Path], object], told: str, shelf: Path) -> None:
    harm(shelf / "gpt2")
    damaged, other = list_models(shelf)
    assert (damaged.state, other.state) == ("damaged", "whole")
    assert told in str(damaged.damage)


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_a_damaged_model_is_not_handed_out(name: str, shelf: Path) -> None:
    (shelf / "gpt2" / name).write_bytes(b"")
    with pytest.raises(EnvironmentProblem, match="damaged") as problem:
        find_model_folder("gpt2", shelf)
    assert problem.value.next_step == "Run 'tutor model fetch gpt2 --as gpt2'."


def test_a_model_is_found_by_its_id_its_source_or_its_path(shelf: Path, tmp_path: Path) -> None:
    elsewhere = write_model(tmp_path / "elsewhere")
    assert find_model_folder("gpt2", shelf) == find_model_folder("hub:gpt2", shelf) == shelf / "gpt2"
    assert find_model_folder(None, shelf) == shelf / pinned_model().id
    assert find_model_folder(str(elsewhere), shelf) == elsewhere
    assert find_model_folder(str(shelf / "gpt2"), shelf) == shelf / "gpt2"


def test_what_is_not_there_is_told_with_the_nearest_and_the_next_step(shelf: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="no model 'gpt3'") as problem:
        find_model_folder("gpt3", shelf)
    assert "Did you mean 'gpt2'?" in problem.value.next_step
    with pytest.raises(EnvironmentProblem, match="not here") as problem:
        find_model_folder(None, tmp_path / "none")
    assert problem.value.next_step == "Run 'tutor model fetch'."
    with pytest.raises(EnvironmentProblem, match=r"no 'config\.json'"):
        find_model_folder(str(tmp_path), shelf)


def test_a_model_is_removed_and_nothing_else(shelf: Path) -> None:
    assert remove_model("gpt2", shelf).manifest.id == "gpt2"
    assert sorted(file.name for file in shelf.iterdir()) == [".lock", pinned_model().id]


@pytest.mark.parametrize(
    "id", ["gpt", "", ".", "..", "../elsewhere", ".part-killed", ".lock", "gpt2/", "/", "gpt2/../gpt2"]
)
def test_an_unknown_id_removes_nothing(id: str, shelf: Path, tmp_path: Path) -> None:
    write_model(tmp_path / "elsewhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageProblem, match="There is no model") as problem:
        remove_model(id, shelf)
    assert "tutor model list" in problem.value.next_step
    assert id != "gpt" or "Did you mean 'gpt2'?" in problem.value.next_step
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_is_removed_and_not_what_it_points_to(shelf: Path, tmp_path: Path) -> None:
    elsewhere = write_model(tmp_path / "elsewhere", manifest=Manifest("linked", source="hub:x"))
    (shelf / "linked").symlink_to(elsewhere)
    (shelf / "gpt2" / "more").symlink_to(elsewhere)
    assert find_model_folder("linked", shelf) == shelf / "linked"
    remove_model("linked", shelf)
    remove_model("gpt2", shelf)
    assert not (shelf / "linked").is_symlink()
    assert (elsewhere / "model.safetensors").exists()


def test_a_manifest_cannot_name_files_elsewhere(shelf: Path) -> None:
    manifest = shelf / "gpt2" / "tutor-model.json"
    manifest.write_text(manifest.read_text().replace('"tokenizer.json"', '"../tokenizer.json"'))
    assert list_models(shelf)[0].state == "damaged"


def test_the_rate_is_that_of_the_last_seconds() -> None:
    """A stall shows, and so does what comes after it."""
    heard: list[Progress] = []
    now = [0.0]
    meter = Meter("Downloading", 1000, heard.append, clock=lambda: now[0])
    for second, done in ((0.1, 10), (1.0, 100), (2.0, 200), (10.0, 200), (12.0, 600), (14.0, 1200)):
        now[0] = second
        meter(done)
    assert [progress.rate for progress in heard] == [None, None, 100, 100, 0, 200, 250]
    assert heard[2].seconds_left == 9
    assert (heard[0].seconds_left, heard[4].seconds_left) == (None, None)
    assert heard[-1].done == 1000, "never more than there is"
