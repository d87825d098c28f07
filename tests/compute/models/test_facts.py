"""What a model is and takes, by its headers alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compute.models.plain import WEIGHTS, write_model, write_raw, write_safetensors
from tutor.compute.models import check_memory, describe, needs_bytes
from tutor.compute.models.facts import BESIDE_BYTES
from tutor.compute.models.headers import read_headers
from tutor.errors import EnvironmentProblem


def test_the_headers_tell_what_a_model_is(tiny_model: Path) -> None:
    facts = describe(tiny_model)
    assert (facts.parameters, facts.bytes, facts.dtype) == (18_624, 18_624 * 4, "float32")
    assert (facts.architecture, facts.model_type, facts.quantization) == ("LlamaForCausalLM", "llama", None)
    assert (facts.layers, facts.width, facts.vocabulary, facts.context) == (1, 32, 259, 64)
    assert facts.largest == 259 * 32
    assert facts.summary == "18,624 parameters, 74.5 kB in float32"


def test_they_are_told_without_tensors(tiny_model: Path) -> None:
    program = "import sys; from pathlib import Path; from tutor.compute.models import describe\n"
    program += "describe(Path(sys.argv[1])); print([n for n in ('torch', 'numpy', 'safetensors') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program, tiny_model], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_constants_of_older_files_are_no_parameters(tmp_path: Path) -> None:
    """GPT-2's file holds a mask of attention for each layer, 12.6 million numbers that nobody learned."""
    masks = {"h.0.attn.bias": ("F32", (1, 1, 64, 64)), "h.0.attn.masked_bias": ("F32", ())}
    weights = {"h.0.attn.c_attn.bias": ("F32", (12,)), "wte.weight": ("F32", (8, 4))}
    facts = describe(write_model(tmp_path / "old", weights | masks, n_layer=1))
    assert facts.parameters == 12 + 32
    assert facts.bytes == 4 * (12 + 32 + 64 * 64 + 1)


def test_the_dtype_is_that_of_most_weights(tmp_path: Path) -> None:
    mixed = {"a": ("BF16", (100,)), "b": ("F32", (99,))}
    assert describe(write_model(tmp_path / "mixed", mixed)).dtype == "bfloat16"


def test_settings_of_a_model_with_pictures_are_those_of_its_text(tmp_path: Path) -> None:
    folder = write_model(
        tmp_path / "m",
        num_hidden_layers=None,
        hidden_size=None,
        text_config={"num_hidden_layers": 7, "hidden_size": 5},
    )
    assert (describe(folder).layers, describe(folder).width) == (7, 5)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """A model in two shards with their index."""
    folder = write_model(tmp_path / "shards")
    (folder / "model.safetensors").unlink()
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    for tensor, file in names.items():
        write_safetensors(folder / file, {tensor: ("F16", (10, 10))})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    return folder


def test_shards_are_counted_together(shards: Path) -> None:
    assert describe(shards).parameters == 200
    assert describe(shards).bytes == 400


def test_a_missing_shard_is_named(shards: Path) -> None:
    (shards / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(EnvironmentProblem, match=r"model-00002-of-00002\S+ is not there"):
        describe(shards)


def test_a_shard_without_its_weights_is_named(shards: Path) -> None:
    write_safetensors(shards / "model-00002-of-00002.safetensors", {"other": ("F16", (10, 10))})
    with pytest.raises(EnvironmentProblem, match="model-00002"):
        describe(shards)


def entry(**changed: object) -> bytes:
    return json.dumps({"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]} | changed}).encode()


@pytest.mark.parametrize(
    ("header", "zeros", "told"),
    [
        (entry(), 15, "tells of 16 bytes of numbers, and it has 15"),
        (entry(), 17, "tells of 16 bytes of numbers, and it has 17"),
        (entry(), 0, "it has 0"),
        (entry(shape=[5]), 16, "other bytes than its shape says"),
        (entry(data_offsets=[4, 20]), 20, "bytes are missing before 'w'"),
        (entry(data_offsets=[16, 0]), 16, "other bytes"),
        (entry(data_offsets=[-16, 0]), 0, "no shape or no place"),
        (entry(data_offsets=[0]), 16, "no shape or no place"),
        (entry(shape=[4.0]), 16, "no shape or no place"),
        (entry(shape=None), 16, "no shape or no place"),
        (b"[1]", 0, "cut or damaged"),
        (b'{"w": 3}', 0, "cut or damaged"),
        (b"{", 0, "cut or damaged"),
        (b"\xff\xfe", 0, "cut or damaged"),
        (b"[" * 100_000, 0, "cut or damaged"),
    ],
)
def test_damaged_weights_are_told(header: bytes, zeros: int, told: str, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    write_raw(folder / "model.safetensors", header, zeros)
    with pytest.raises(EnvironmentProblem, match=told) as problem:
        describe(folder)
    assert problem.value.where == str(folder / "model.safetensors")
    assert problem.value.next_step


@given(
    st.binary(max_size=200) | st.binary(max_size=60).map(lambda body: len(body).to_bytes(8, "little") + body)
)
@settings(max_examples=200)
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.safetensors"
    file.write_bytes(body)
    try:
        assert read_headers(file) == ()  # a whole header of nothing
    except EnvironmentProblem as problem:
        assert problem.next_step


@pytest.mark.parametrize("length", [0, 7, 8, 100])
def test_a_file_cut_anywhere_is_told(length: int, tiny_model: Path) -> None:
    weights = tiny_model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:length])
    with pytest.raises(EnvironmentProblem, match="cut or damaged"):
        describe(tiny_model)


def test_two_tensors_on_the_same_bytes_are_told(tmp_path: Path) -> None:
    one = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    write_raw(tmp_path / "m.safetensors", json.dumps({"a": one, "b": one}).encode(), 16)
    with pytest.raises(EnvironmentProblem, match="bytes are missing"):
        read_headers(tmp_path / "m.safetensors")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: (folder / "config.json").unlink(), "has no 'config.json'"),
        (lambda folder: (folder / "config.json").write_text("{"), "'config.json' cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "is not an object"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "run code"),
        (
            lambda folder: (folder / "model.safetensors").rename(folder / "adapter_model.safetensors"),
            "an adapter",
        ),
        (lambda folder: (folder / "model.safetensors").rename(folder / "m.gguf"), "offers GGUF"),
        (lambda folder: (folder / "model.safetensors").unlink(), "no weights in safetensors"),
        (lambda folder: write_safetensors(folder / "model.safetensors", {}), "no weights"),
    ],
)
def test_what_is_no_model_is_told(harm: object, told: str, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    harm(folder)  # type: ignore[operator]
    with pytest.raises(EnvironmentProblem, match=told) as problem:
        describe(folder)
    assert problem.value.next_step


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="cannot be read"):
        describe(tmp_path / "none")


def test_loading_takes_the_weights_and_in_another_dtype_both(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", {"w": ("F16", (1000, 1000))})
    assert needs_bytes(folder) == needs_bytes(folder, "float16") == BESIDE_BYTES + 2_000_000
    assert needs_bytes(folder, "float32") == BESIDE_BYTES + 2_000_000 + 4_000_000


def test_a_model_too_large_for_the_memory_is_refused_with_both_figures(tmp_path: Path) -> None:
    facts = describe(write_model(tmp_path / "m", WEIGHTS))
    check_memory(facts, "m", memory=facts.needs())
    with pytest.raises(
        EnvironmentProblem, match=r"36 parameters.*takes 500 MB of memory, and 499 MB can be had"
    ):
        check_memory(facts, "m", memory=499_000_000)


@pytest.mark.slow
def test_the_real_models_figures_are_those_of_its_files(real_model: Path) -> None:
    facts = describe(real_model)
    assert (facts.parameters, facts.layers) == (134_515_008, 30)
    assert facts.bytes == 134_515_008 * 4
    assert facts.summary == "134.5 M parameters, 538 MB in float32"
