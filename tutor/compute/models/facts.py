"""What a model is and what it takes, told before it is loaded: by its settings and its weights' headers."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.amounts import size
from tutor.compute.capacity import free_memory_bytes
from tutor.compute.models.files import CONFIG, INDEX, WHOLE, weight_files
from tutor.compute.models.headers import TensorHeader, read_headers
from tutor.errors import EnvironmentProblem

BESIDE_BYTES = 500_000_000
"""Memory that a process takes beside a model's weights: torch and transformers (250 MB), and what flows through."""

_NAMES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I8": "int8",
    "U8": "uint8",
}
_WIDTHS = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1}
# Older files carry constants beside the weights: masks of attention, frequencies of rotary embeddings.
_CONSTANTS = re.compile(r"(\.attn|\.attention)\.(masked_)?bias$|rotary_emb\.inv_freq$")


@dataclass(frozen=True)
class ModelFacts:
    """What the headers say. ``bytes`` are those of all tensors as stored, ``dtype`` is that of most weights.

    ``layers``, ``width``, ``vocabulary`` and ``context`` are the settings' own words, None where they have none;
    ``quantization`` names the method of a checkpoint that is quantized already.
    """

    parameters: int
    bytes: int
    dtype: str
    architecture: str
    model_type: str
    largest: int
    layers: int | None = None
    width: int | None = None
    vocabulary: int | None = None
    context: int | None = None
    quantization: str | None = None

    @property
    def summary(self) -> str:
        """For a person: ``134.5 M parameters, 538 MB in float32``."""
        return f"{self.count} parameters, {size(self.bytes)} in {self.dtype}"

    @property
    def count(self) -> str:
        """The parameters for a person: ``134.5 M``."""
        if self.parameters < 1_000_000:
            return f"{self.parameters:,}"
        power, letter = (1e9, "G") if self.parameters >= 1e9 else (1e6, "M")
        return f"{self.parameters / power:.4g} {letter}"

    def needs(self, dtype: str | None = None) -> int:
        """Memory in bytes that loading takes; ``dtype`` where it is to be another than the stored one.

        Stored weights are mapped from their file; in another dtype they stand beside it until all are there.
        """
        converted = 0 if dtype in (None, self.dtype) else self.parameters * _WIDTHS[dtype]
        return BESIDE_BYTES + self.bytes + converted


def describe(folder: Path) -> ModelFacts:
    """The facts of a transformers model in ``folder``; reads headers, in milliseconds, and imports no tensors.

    Raises:
        EnvironmentProblem: it holds no such model, or weights are cut or missing.
    """
    try:
        names = [file.name for file in folder.iterdir()]
    except OSError as error:
        raise _no_model(folder, f"it cannot be read ({error.strerror})") from error
    if CONFIG not in names:
        raise _no_model(folder, f"it has no '{CONFIG}'")
    config = _json(folder / CONFIG)
    files = weight_files(names, str(folder))
    tensors = {tensor.name: (file, tensor) for file in files for tensor in read_headers(folder / file)}
    if INDEX in names and files != [WHOLE]:
        _check_index(folder, {name: file for name, (file, _) in tensors.items()})
    return _facts(config, [tensor for _, tensor in tensors.values()])


def needs_bytes(folder: Path, dtype: str | None = None) -> int:
    """Memory in bytes that loading the model in ``folder`` takes, as stored or in another ``dtype``.

    Raises:
        EnvironmentProblem: as `describe`.
    """
    return describe(folder).needs(dtype)


def check_memory(facts: ModelFacts, where: str, dtype: str | None = None, memory: int | None = None) -> None:
    """Refuse a model that this machine's memory (``memory``, else what is free now) cannot hold.

    Raises:
        EnvironmentProblem: with what it has, what it takes, and what is there.
    """
    there = free_memory_bytes() if memory is None else memory
    needed = facts.needs(dtype)
    if needed > there:
        raise EnvironmentProblem(
            f"The model is too large for this machine: {facts.summary}; loading takes {size(needed)} "
            f"of memory, and {size(there)} can be had.",
            where=where,
            next_step="Choose a smaller model, or a machine with more memory.",
        )


def _facts(config: dict[str, Any], tensors: list[TensorHeader]) -> ModelFacts:
    weights = [tensor for tensor in tensors if not _CONSTANTS.search(tensor.name)]
    by_dtype: Counter[str] = Counter()
    for tensor in weights:
        by_dtype[tensor.dtype] += tensor.elements
    if not by_dtype:
        raise EnvironmentProblem("The model has no weights.", next_step="Copy or download it again.")
    dtype = by_dtype.most_common(1)[0][0]
    inner = config.get("text_config") if isinstance(config.get("text_config"), dict) else {}

    def number(*keys: str) -> int | None:
        found = (table.get(key) for table in (config, inner or {}) for key in keys)
        return next((value for value in found if type(value) is int), None)

    architectures = config.get("architectures")
    quantized = config.get("quantization_config")
    return ModelFacts(
        parameters=sum(by_dtype.values()),
        bytes=sum(tensor.bytes for tensor in tensors),
        dtype=_NAMES.get(dtype, dtype.lower()),
        architecture=str(architectures[0]) if isinstance(architectures, list) and architectures else "",
        model_type=str(config.get("model_type") or ""),
        largest=max(tensor.elements for tensor in weights),
        layers=number("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
        width=number("hidden_size", "n_embd", "d_model", "dim"),
        vocabulary=number("vocab_size"),
        context=number("max_position_embeddings", "n_positions", "max_sequence_length"),
        quantization=str(quantized.get("quant_method") or "unnamed") if isinstance(quantized, dict) else None,
    )


def _check_index(folder: Path, found: dict[str, str]) -> None:
    """Each tensor that the index names lies in the shard that it names."""
    listed = _json(folder / INDEX).get("weight_map")
    if not isinstance(listed, dict):
        raise _no_model(folder, f"its '{INDEX}' names no weights")
    missing = sorted({str(file) for name, file in listed.items() if found.get(name) != file})
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise EnvironmentProblem(
            f"Weights are missing: {missing[0][:80]}{more} is not there, or not whole.",
            where=str(folder),
            next_step="Copy or download the model again.",
        )


def _json(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _no_model(file.parent, f"its '{file.name}' cannot be read") from error
    if not isinstance(document, dict):
        raise _no_model(file.parent, f"its '{file.name}' is not an object")
    return document


def _no_model(folder: Path, reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"This folder holds no language model of transformers: {reason}.",
        where=str(folder),
        next_step=f"It needs '{CONFIG}', the tokenizer's files and 'model.safetensors'.",
    )
