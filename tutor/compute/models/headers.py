"""The header of a safetensors file: what every tensor is called, its dtype and shape, without its numbers.

A file is 8 bytes (the header's length, little-endian), the header in JSON, then the numbers:

    {"model.norm.weight": {"dtype": "F32", "shape": [576], "data_offsets": [0, 2304]}, …}

So a few kilobytes tell what gigabytes hold, and whether they are all there.
https://huggingface.co/docs/safetensors/index#format
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from tutor.errors import EnvironmentProblem

_LONGEST = 100_000_000  # the format's own limit on a header
_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}


@dataclass(frozen=True)
class TensorHeader:
    """One tensor as its file describes it; ``dtype`` is the format's word (F32, BF16, …)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    bytes: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


def read_headers(file: Path) -> tuple[TensorHeader, ...]:
    """The tensors of a safetensors file, in the order of their bytes.

    Raises:
        EnvironmentProblem: it is not such a file, or bytes are missing or left over.
    """
    try:
        size = os.stat(file).st_size
        with open(file, "rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if size < 8 or length > min(_LONGEST, size - 8):
                raise ValueError("it has no header of safetensors")
            document = json.loads(stream.read(length))
        return _checked(document, size - 8 - length)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _damaged(file, str(error) or "its header cannot be read") from error


def _checked(document: dict[str, dict[str, object]], rest: int) -> tuple[TensorHeader, ...]:
    """The tensors of a header, which must fill the ``rest`` bytes of its file without gap or overlap."""
    spans: list[tuple[int, int, TensorHeader]] = []
    for name, entry in document.items():
        if name == "__metadata__":
            continue
        shape, offsets = entry["shape"], entry["data_offsets"]
        if not (_are_counts(shape) and _are_counts(offsets) and len(offsets) == 2):
            raise ValueError(f"the header's entry {name[:80]!r} has no shape or no place")
        start, end = offsets
        tensor = TensorHeader(name, str(entry["dtype"]), tuple(shape), end - start)
        bits = _BITS.get(tensor.dtype)
        if bits is not None and tensor.bytes != (tensor.elements * bits + 7) // 8:
            raise ValueError(f"{name[:80]!r} takes other bytes than its shape says")
        spans.append((start, end, tensor))
    spans.sort(key=lambda span: span[:2])
    reached = 0
    for start, end, tensor in spans:
        if start != reached:
            raise ValueError(f"bytes are missing before {tensor.name[:80]!r}")
        reached = end
    if reached != rest:
        raise ValueError(f"its header tells of {reached:,} bytes of numbers, and it has {rest:,}")
    return tuple(tensor for _, _, tensor in spans)


def _are_counts(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


def _damaged(file: Path, reason: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The weights are cut or damaged: {reason}.",
        where=str(file),
        next_step="Copy or download the model again.",
    )
