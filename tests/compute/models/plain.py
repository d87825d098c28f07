"""Folders that look like models, written by hand in microseconds: settings, and weights that are all zeros."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutor.compute.models.manifest import Manifest

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
