"""Models of the hub: through the hub's own client and a hub on this machine, and every way in which it goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compute.models.hub_server import COMMIT, Hub
from tests.compute.models.plain import visible, write_model
from tutor.compute.models import Progress, fetch_named, find_model_folder
from tutor.compute.models import accepting as accepting_module
from tutor.compute.models import hub as hub_module
from tutor.errors import EnvironmentProblem, TutorProblem, UsageProblem

WEIGHTS = f"GET /org/tiny/resolve/{COMMIT}/model.safetensors"


def refusal(shelf: Path, kind: type[TutorProblem] = EnvironmentProblem, name: str = "org/tiny") -> str:
    """What a fetch says that can't succeed; nothing of it is left."""
    with pytest.raises(kind) as problem:
        fetch_named(name, folder=shelf)
    assert type(problem.value) is kind
    assert problem.value.next_step
    assert problem.value.where == name
    assert "\n" not in problem.value.message
    assert visible(shelf) == []
    return problem.value.message


@pytest.mark.slow
def test_a_model_is_downloaded_checked_and_found(hub: Hub, shelf: Path, tmp_path: Path) -> None:
    heard: list[Progress] = []
    fetched = fetch_named("org/tiny", folder=shelf, on_progress=heard.append)
    assert (fetched.folder, fetched.already) == (shelf / "org-tiny", False)
    kept = {
        file.name: file.read_bytes() for file in fetched.folder.iterdir() if file.name != "tutor-model.json"
    }
    assert kept == {name: hub.repositories["org/tiny"][name] for name in kept}
    assert set(hub.repositories["org/tiny"]) - set(kept) == {"README.md", "evil.py"}
    document = fetched.to_json()
    assert (document["title"], document["license"], document["source"]) == ("org/tiny", "mit", "hub:org/tiny")
    assert (document["parameters"], document["dtype"]) == (18_624, "float32")
    assert fetched.manifest.origin == COMMIT
    assert any(progress.stage == "Downloading org/tiny" and progress.total > 74_496 for progress in heard)
    assert not (tmp_path / "hf").exists(), "nothing is written into the hub's own cache"

    hub.asked.clear()
    again = fetch_named("org/tiny", folder=shelf)
    assert (again.folder, again.already) == (fetched.folder, True)
    assert hub.asked == [], "what is there whole is not asked for"
    assert find_model_folder("org/tiny", shelf) == find_model_folder("org-tiny", shelf) == fetched.folder


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_file_with_another_hash_is_refused(file: str, hub: Hub, shelf: Path) -> None:
    content = hub.repositories["org/tiny"][file]
    hub.instead[file] = content[:-2] + b"!}"
    told = refusal(shelf)
    assert f"{file} is not the file that the hub lists" in told


@pytest.mark.usefixtures("trusting")
def test_a_damaged_download_is_fetched_again(hub: Hub, shelf: Path) -> None:
    fetch_named("org/tiny", folder=shelf)
    (shelf / "org-tiny" / "config.json").write_text("{}")
    assert not fetch_named("org/tiny", folder=shelf).already
    assert (shelf / "org-tiny" / "config.json").read_bytes() == hub.repositories["org/tiny"]["config.json"]


@pytest.mark.usefixtures("trusting")
def test_a_connection_that_breaks_halfway_leaves_nothing(hub: Hub, shelf: Path) -> None:
    hub.cut.add("model.safetensors")
    assert "connection broke" in refusal(shelf)
    assert WEIGHTS in hub.asked


def test_no_network_is_told(hub: Hub, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens on the discard port
    assert "cannot be reached" in refusal(shelf, name="gpt2")


def test_a_hub_that_is_out_of_order_is_told(hub: Hub, shelf: Path) -> None:
    hub.status = 500
    assert "status 500" in refusal(shelf)


def test_a_model_that_is_not_there_is_told(hub: Hub, shelf: Path) -> None:
    assert "no such model" in refusal(shelf, UsageProblem, "org/tyni")
    assert "no such model" in refusal(shelf, UsageProblem, "org/ti..ny")


def test_a_model_behind_terms_is_told(hub: Hub, shelf: Path) -> None:
    hub.status, hub.code = 403, "GatedRepo"
    assert "accepted its terms" in refusal(shelf)


def test_a_client_told_to_stay_offline_is_told(
    hub: Hub, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE is set" in refusal(shelf)
    assert hub.asked == []


def test_a_model_too_large_is_refused_before_the_download(
    hub: Hub, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "memory_bytes", lambda: 400_000_000)
    assert "too large for this machine" in refusal(shelf)
    assert not [path for path in hub.asked if "resolve" in path]


@pytest.mark.usefixtures("trusting")
def test_a_model_that_its_headers_call_too_large_is_refused(
    hub: Hub, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting_module, "memory_bytes", lambda: 400_000_000)
    assert "18,624 parameters" in refusal(shelf)


def test_an_unsupported_architecture_is_refused_before_the_weights_come(hub: Hub, shelf: Path) -> None:
    config = json.loads(hub.repositories["org/tiny"]["config.json"])
    other = json.dumps(config | {"model_type": "qwen99", "architectures": ["Qwen99ForCausalLM"]}).encode()
    hub.repositories["org/tiny"] = {**hub.repositories["org/tiny"], "config.json": other}
    assert "does not know its architecture (Qwen99ForCausalLM)" in refusal(shelf)
    assert WEIGHTS not in hub.asked


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"config.json": b"{}", "pytorch_model.bin": b"cos\nsystem\n"}, "may run code"),
        ({"config.json": b"{}", "q4.gguf": b"GGUF"}, "offers GGUF"),
        ({"config.json": b"{}", "adapter_model.safetensors": b""}, "adapter"),
        ({"model.safetensors": b"12345678"}, "no 'config.json'"),
        ({}, "no weights"),
    ],
)
def test_what_cannot_be_taken_is_told_before_the_download(
    files: dict[str, bytes], told: str, hub: Hub, shelf: Path
) -> None:
    hub.repositories["org/tiny"] = files
    assert told in refusal(shelf)
    assert not [path for path in hub.asked if "resolve" in path]


@pytest.mark.usefixtures("trusting")
def test_shards_come_together(hub: Hub, shelf: Path, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "made")
    shard = "model-00001-of-00001.safetensors"
    (folder / "model.safetensors").rename(folder / shard)
    index = {"weight_map": dict.fromkeys(("model.embed_tokens.weight", "model.norm.weight"), shard)}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    hub.repositories["org/tiny"] = {file.name: file.read_bytes() for file in folder.iterdir()}
    fetched = fetch_named("org/tiny", folder=shelf)
    assert fetched.facts is not None
    assert fetched.facts.parameters == 36


def hear_interrupts() -> None:
    """Tests that run in the background of a shell have been told to ignore them, and hand that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_the_weights_leaves_nothing(hub: Hub, shelf: Path) -> None:
    hub.stall.add("model.safetensors")
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "model", "fetch", "org/tiny"],
        env={**os.environ, "TUTOR_MODELS": str(shelf)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    )
    try:
        assert hub.stalled.wait(300)
        assert any(shelf.glob(".part-*/org-tiny/config.json"))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Cancelled" in said
    assert "Downloading org/tiny" in said
    assert visible(shelf) == []
