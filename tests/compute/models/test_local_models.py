"""Models that are on this machine: a folder copied, a GGUF converted, and what is refused of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compute.models.plain import loaded, refusal, visible, write_model
from tests.compute.models.tiny import write_gguf
from tutor.compute.models import (
    Progress,
    fetch_named,
    find_model_folder,
    list_models,
)
from tutor.compute.models import accepting as accepting_module
from tutor.compute.models import installing as installing_module
from tutor.compute.models import local as local_module


@pytest.mark.slow
def test_a_folder_is_checked_copied_and_found(tiny_model: Path, shelf: Path) -> None:
    for name in ("pytorch_model.bin", "modeling_evil.py"):
        (tiny_model / name).write_text("raise SystemExit('run')")
    (tiny_model / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\nTiny.\n")
    (tiny_model / "onnx").mkdir()
    heard: list[Progress] = []
    fetched = fetch_named(str(tiny_model), folder=shelf, on_progress=heard.append)
    assert (fetched.folder, fetched.already) == (shelf / "tiny-llama", False)
    assert fetched.facts is not None
    assert fetched.facts.parameters == 18_624
    kept = {file.name for file in fetched.folder.iterdir()}
    assert kept == {file.name for file in tiny_model.iterdir()} - {
        "pytorch_model.bin",
        "modeling_evil.py",
        "README.md",
        "onnx",
    } | {"tutor-model.json"}
    document = fetched.to_json()
    assert (document["title"], document["license"], document["source"]) == (
        "Tiny Llama",
        "apache-2.0",
        str(tiny_model),
    )
    assert any("18,624 parameters, 74.5 kB in float32" in progress.stage for progress in heard)
    assert any(progress.done == progress.total > 0 for progress in heard)
    assert loaded(find_model_folder("tiny-llama", shelf)) == "18624 on and on"

    again = fetch_named(str(tiny_model), folder=shelf)
    assert (again.folder, again.already) == (fetched.folder, True)
    assert visible(shelf) == ["tiny-llama"]


@pytest.mark.slow
def test_a_gguf_file_is_converted_and_its_folder_will_do(tmp_path: Path, shelf: Path) -> None:
    folder = tmp_path / "My GGUF"
    folder.mkdir()
    write_gguf(folder / "Tiny.Q8.gguf")
    heard: list[Progress] = []
    fetched = fetch_named(str(folder), folder=shelf, on_progress=heard.append)
    assert fetched.folder == shelf / "my-gguf"
    assert [progress.stage.split(",")[0] for progress in heard][-2:] == [
        "my-gguf: 18",
        "Converting it",
    ]
    assert loaded(fetched.folder) == "18624 on and on"
    assert fetch_named(str(folder / "Tiny.Q8.gguf"), "my-gguf", shelf).already
    assert visible(shelf) == ["my-gguf"]


def test_what_is_no_gguf_is_refused(tmp_path: Path, shelf: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF, they say")
    assert "GGUF file cannot be used" in refusal(tmp_path / "m.gguf", shelf)


LOOK = """
import json, sys
from tutor.compute.models.inspector import look
from tutor.errors import EnvironmentProblem
for words in json.loads(sys.argv[1]):
    try:
        print(json.dumps(look(*words)))
    except EnvironmentProblem as problem:
        print(json.dumps(problem.message))
"""


@pytest.mark.slow
def test_transformers_is_asked_what_it_knows(tiny_model: Path, tmp_path: Path) -> None:
    """One process for all, since importing torch takes seconds."""

    def changed(name: str, **settings: object) -> str:
        folder = shutil.copytree(tiny_model, tmp_path / name)
        config = json.loads((folder / "config.json").read_text()) | settings
        (folder / "config.json").write_text(json.dumps(config))
        return str(folder)

    no_tokenizer = changed("no-tokenizer")
    (Path(no_tokenizer) / "tokenizer.json").write_text("{}")
    asked = [
        ("whole", changed("as it is")),
        ("whole", changed("two layers", num_hidden_layers=2)),
        ("config", changed("nameless", architectures=None)),
        (
            "config",
            changed("unknown", model_type="qwen99", architectures=["Qwen99ForCausalLM"], auto_map={"x": "y"}),
        ),
        ("config", changed("masked", model_type="bert", architectures=["BertForMaskedLM"])),
        ("config", changed("seq2seq", model_type="t5", architectures=["T5ForConditionalGeneration"])),
        ("config", changed("classifier", architectures=["LlamaForSequenceClassification"])),
        ("config", changed("odd", model_type=["llama"], architectures="LlamaForCausalLM")),
        ("whole", changed("impossible", num_attention_heads=0)),
        ("whole", changed("small", vocab_size=3)),
        ("whole", no_tokenizer),
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-c", LOOK, json.dumps(asked)], capture_output=True, text=True, timeout=300
    )
    answers = dict(
        zip((Path(place).name for _, place in asked), map(json.loads, done.stdout.splitlines()), strict=True)
    )
    assert answers["as it is"] == {"architecture": "LlamaForCausalLM", "parameters": 18_624, "tokens": 260}
    assert answers["two layers"]["parameters"] > 18_624
    assert answers["nameless"] == {"architecture": "LlamaForCausalLM"}
    assert "does not know its architecture (Qwen99ForCausalLM)" in answers["unknown"]
    for name in ("masked", "seq2seq", "classifier"):
        assert "is not a causal language model" in answers[name]
    assert "does not know its architecture" in answers["odd"]
    assert "settings make no model" in answers["impossible"]
    assert "tokens are not in the vocabulary" in answers["small"]
    assert "tokenizer cannot be read" in answers["no-tokenizer"]


def test_an_unsupported_architecture_is_refused_whoever_asks(tmp_path: Path, shelf: Path) -> None:
    folder = write_model(tmp_path / "m", model_type="qwen99", architectures=["Qwen99ForCausalLM"])
    told = refusal(folder, shelf)
    assert "does not know its architecture (Qwen99ForCausalLM)" in told
    assert str(folder) in told


def test_missing_weights_are_refused(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is whole, and holds less than the settings ask for."""
    monkeypatch.setattr(accepting_module, "ask", lambda *words: {"parameters": 37})
    assert "has 37 parameters, and its files hold 36" in refusal(write_model(tmp_path / "m"), shelf)


def _cut(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (_cut, "cut or damaged"),
        (lambda folder: (folder / "config.json").unlink(), "has no 'config.json'"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "run code"),
    ],
)
@pytest.mark.usefixtures("trusting")
def test_a_folder_without_a_whole_model_is_refused(
    harm: Callable[[Path], object], told: str, tmp_path: Path, shelf: Path
) -> None:
    folder = write_model(tmp_path / "m")
    harm(folder)
    assert told in refusal(folder, shelf)


@pytest.mark.usefixtures("trusting")
def test_a_model_that_is_quantized_already_is_refused(tmp_path: Path, shelf: Path) -> None:
    folder = write_model(tmp_path / "m", quantization_config={"quant_method": "gptq", "bits": 4})
    assert "quantized already (gptq)" in refusal(folder, shelf)


def test_a_model_too_large_is_refused_before_anything_is_loaded(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting_module, "memory_bytes", lambda: 400_000_000)
    monkeypatch.setattr(local_module, "check_loads", lambda *words: pytest.fail("it was looked at"))
    told = refusal(write_model(tmp_path / "m"), shelf)
    assert "too large for this machine: 36 parameters" in told
    assert "400 MB can be had" in told


@pytest.mark.usefixtures("trusting")
def test_too_little_space_is_told_before_the_copy(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(installing_module.shutil, "disk_usage", lambda place: usage._replace(free=10))
    assert "10 bytes are free" in refusal(write_model(tmp_path / "m"), shelf)


@pytest.mark.usefixtures("trusting")
def test_a_disk_that_fills_up_leaves_nothing(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local_module, "_copy", full)
    assert "disk is full" in refusal(write_model(tmp_path / "m"), shelf)


@pytest.mark.usefixtures("trusting")
def test_a_copy_that_differs_is_refused(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flipped(source: Path, target: Path, before: int, meter: Callable[[int], None]) -> tuple[str, int]:
        target.write_bytes(source.read_bytes()[:-1] + b"\1")
        return "0" * 64, before

    monkeypatch.setattr(local_module, "_copy", flipped)
    assert "missing or damaged" in refusal(write_model(tmp_path / "m"), shelf)


@pytest.mark.usefixtures("trusting")
def test_ctrl_c_while_copying_leaves_nothing(tmp_path: Path, shelf: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_named(str(write_model(tmp_path / "m")), folder=shelf, on_progress=interrupt)
    assert visible(shelf) == []


@pytest.mark.usefixtures("trusting")
def test_a_folder_that_changed_is_copied_again(tmp_path: Path, shelf: Path) -> None:
    folder = write_model(tmp_path / "m")
    fetch_named(str(folder), folder=shelf)
    (folder / "tokenizer.json").write_text('{"more": 1}')
    assert not fetch_named(str(folder), folder=shelf).already
    assert (shelf / "m" / "tokenizer.json").read_text() == '{"more": 1}'
    assert visible(shelf) == ["m"]


@pytest.mark.usefixtures("trusting")
def test_a_folder_that_a_person_put_on_the_shelf_is_taken_in(shelf: Path) -> None:
    folder = write_model(shelf / "m")
    assert [model.state for model in list_models(shelf)] == ["damaged"]
    assert not fetch_named(str(folder), folder=shelf).already
    assert [model.state for model in list_models(shelf)] == ["whole"]
    assert visible(shelf) == ["m"]


@pytest.mark.usefixtures("trusting")
def test_a_shelf_that_others_share_need_not_be_writable_where_the_model_is(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_model(tmp_path / "m")
    fetch_named(str(folder), folder=shelf)
    monkeypatch.setattr(installing_module, "alone", lambda *words: pytest.fail("it wrote a lock"))
    assert fetch_named(str(folder), folder=shelf).already


def test_missing_packages_are_told_first(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_module, "INSPECTORS", ("torch", "no_such_package"))
    assert "pip install no_such_package" in refusal(write_model(tmp_path / "m"), shelf)
