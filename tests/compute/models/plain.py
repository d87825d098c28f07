"""Folders that look like models, written by hand in microseconds: settings, and weights that are all zeros."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tutor.compute.models import fetch_named
from tutor.compute.models.manifest import Manifest
from tutor.errors import EnvironmentProblem, TutorProblem

LOAD = """
import sys
from transformers import AutoModelForCausalLM, AutoTokenizer
model, tokenizer = (kind.from_pretrained(sys.argv[1]) for kind in (AutoModelForCausalLM, AutoTokenizer))
print(model.num_parameters(), tokenizer.decode(tokenizer("on and on").input_ids, skip_special_tokens=True))
"""

WIDTHS = {"F32": 4, "F16": 2, "BF16": 2, "I8": 1}
CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 1,
    "hidden_size": 4,
    "vocab_size": 8,
    "max_position_embeddings": 16,
}
WEIGHTS = {"model.embed_tokens.weight": ("F32", (8, 4)), "model.norm.weight": ("F32", (4,))}


def write_safetensors(file: Path, tensors: Mapping[str, tuple[str, Sequence[int]]]) -> None:
    """A whole safetensors file with tensors of zeros, given by name as (dtype, shape)."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    reached = 0
    for name, (dtype, shape) in tensors.items():
        size = WIDTHS[dtype] * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [reached, reached + size]}
        reached += size
    write_raw(file, json.dumps(header).encode(), reached)


def write_raw(file: Path, header: bytes, zeros: int) -> None:
    """A file with any header, followed by so many zeros."""
    file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(zeros))


def write_model(
    folder: Path,
    tensors: Mapping[str, tuple[str, Sequence[int]]] = WEIGHTS,
    manifest: Manifest | None = None,
    **settings: object,
) -> Path:
    """A folder with a model: ``settings`` change its config, ``manifest`` makes it one that the tutor put there."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG | settings))
    (folder / "tokenizer.json").write_text("{}")
    write_safetensors(folder / "model.safetensors", tensors)
    if manifest is not None:
        manifest.write(folder)
    return folder


def visible(shelf: Path) -> list[str]:
    """What lies on a shelf, its lock apart."""
    return sorted(file.name for file in shelf.iterdir() if file.name != ".lock") if shelf.exists() else []


def refusal(
    what: Path | str, shelf: Path, kind: type[TutorProblem] = EnvironmentProblem, id: str | None = None
) -> str:
    """What a fetch says that can't succeed; what was on the shelf is what is there."""
    before = visible(shelf)
    with pytest.raises(kind) as problem:
        fetch_named(str(what), id, shelf)
    assert type(problem.value) is kind
    assert problem.value.next_step
    assert "\n" not in problem.value.message
    assert visible(shelf) == before
    return str(problem.value)


def loaded(folder: Path) -> str:
    """What a process says that loads the model with transformers."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", LOAD, folder], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
