"""Tensors as bytes of the arena. Imported only where torch may be: in the judge and in workers.

A tensor crosses as a header (dtype, shape, offset, and strides where the sender wants them kept)
and its plain bytes. The judge copies out before it looks; a worker looks at the arena in place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch

from tutor.sandbox.arena import ALIGNMENT, Arena, ArenaFull
from tutor.sandbox.values import Encoded, Malformed, Unsendable

DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in (
        "float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2",
        "int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "uint16", "uint32",
    )
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}
MAX_DIMENSIONS = 8
MAX_EMPTY = 1 << 40  # elements an empty tensor would have, were its sizes of 0 sizes of 1


class ArenaTensors:
    """The tensor codec over one arena.

    Args:
        arena: mapped by this side.
        copy: whether decoded tensors are copies (the judge) or look at the arena (a worker).
        device: where a worker's decoded tensors are made, as they lie in memory here (numpy arrays stay on the CPU).
    """

    def __init__(self, arena: Arena, *, copy: bool, device: str = "cpu") -> None:
        self._arena, self._copy = arena, copy
        self._elsewhere = None if device == "cpu" else device
        self._bytes = torch.frombuffer(arena.map, dtype=torch.uint8)
        self._unread = arena.half
        self.read = 0

    def new_message(self) -> None:
        """Begins to decode a new message, whose tensors together have room in one half of the arena."""
        self._unread = self._arena.half

    def encode(self, value: object) -> Encoded | None:
        """A tensor, numpy array or numpy number as bytes; ``None`` for anything else.

        Raises:
            Unsendable: a tensor that has no plain bytes, or too many.
        """
        if isinstance(value, numpy.generic) and not isinstance(value, (numpy.void, numpy.object_)):
            return self._number(value)
        if isinstance(value, numpy.ndarray):
            return {**self._put(_from_numpy(value)), "array": True}
        if isinstance(value, torch.Tensor):
            with torch._C.DisableTorchFunctionSubclass():  # a subclass has no say in how its bytes are read
                encoded = self._put(_plain(value))
                from_array = value.__dict__.get("from_array") is True
            return {**encoded, "array": True} if from_array else encoded
        return None

    def decode(self, encoded: Encoded) -> torch.Tensor | numpy.ndarray[Any, Any]:
        """The tensor behind a header that may be forged.

        The judge takes no strides: what lies between the elements would cross uncounted.

        Raises:
            Malformed: the header does not fit this arena.
        """
        if encoded.get("t") != "tensor":
            raise Malformed("unknown kind of value")
        dtype = DTYPES.get(encoded["dtype"]) if isinstance(encoded.get("dtype"), str) else None
        shape: Any = encoded.get("shape")
        offset, strides = encoded.get("at"), encoded.get("strides")
        if dtype is None or not _sizes(shape) or not isinstance(offset, int) or isinstance(offset, bool):
            raise Malformed("not a tensor")
        if strides is not None and (self._copy or not (_sizes(strides) and len(strides) == len(shape))):
            raise Malformed("not strides")
        elements = math.prod(shape)
        if elements == 0 and math.prod(max(size, 1) for size in shape) > MAX_EMPTY:
            raise Malformed("an empty tensor of an impossible shape")
        if strides is not None and elements:
            elements = 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
        count = elements * dtype.itemsize
        if (
            offset % dtype.itemsize
            or offset < self._arena.readable.start
            or offset + count > self._arena.readable.stop
        ):
            raise Malformed("a tensor outside the arena")
        if self._copy:
            self._unread -= -(-count // ALIGNMENT) * ALIGNMENT
            if self._unread < 0:
                raise Malformed("tensors that overlap")
        self.read = max(self.read, offset + count - self._arena.readable.start)
        raw = self._bytes[offset : offset + count]
        as_array = encoded.get("array") is True and dtype is not torch.bfloat16
        if self._elsewhere is not None and not as_array:
            raw = raw.to(self._elsewhere)
        if self._copy:
            raw = raw.ne(0) if dtype is torch.bool else raw.clone()  # a forged bool may hold any byte
        tensor = raw.view(dtype)
        tensor = tensor.view(shape) if strides is None else tensor.as_strided(shape, strides)
        if self._copy:
            tensor.from_array = encoded.get("array") is True  # type: ignore[attr-defined]
            return tensor
        return tensor.numpy() if as_array else tensor

    def _number(self, value: numpy.generic) -> Encoded:
        if isinstance(value, numpy.bool_):
            return {"t": "bool", "v": bool(value)}
        if isinstance(value, numpy.integer):
            return {"t": "int", "v": str(int(value))}
        if isinstance(value, numpy.floating):
            return {"t": "float", "v": float(value).hex()}
        raise Unsendable(f"a numpy value of type {type(value).__name__}")

    def _put(self, tensor: torch.Tensor) -> Encoded:
        """Writes a strided tensor, from a GPU in one copy. Dense views that are not contiguous keep their strides
        only when they cover no more memory than their elements (a transposed matrix, not a broadcast one)."""
        name = NAMES.get(tensor.dtype)
        if name is None:
            raise Unsendable(f"a tensor of dtype {str(tensor.dtype).removeprefix('torch.')}")
        if tensor.dim() > MAX_DIMENSIONS:
            raise Unsendable(f"a tensor of {tensor.dim()} dimensions (at most {MAX_DIMENSIONS})")
        shape = list(tensor.shape)
        strides: list[int] | None = None
        if (
            not tensor.is_contiguous() and self._copy
        ):  # only the judge sends views: inputs that are not contiguous
            span = 1 + sum((size - 1) * stride for size, stride in zip(shape, tensor.stride(), strict=True))
            if tensor.numel() > 0 and span <= 4 * tensor.numel():
                strides = list(tensor.stride())
                tensor = tensor.as_strided((span,), (1,))
        count = tensor.numel() * tensor.element_size()
        try:
            offset = self._arena.reserve(count)
        except ArenaFull as full:
            raise Unsendable(f"{full.needed:,} bytes where at most {full.room:,} may cross") from None
        if count:
            target = self._bytes[offset : offset + count].view(tensor.dtype).view(tensor.shape)
            target.copy_(tensor)
        return {"t": "tensor", "dtype": name, "shape": shape, "at": offset} | (
            {"strides": strides} if strides else {}
        )


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor without gradient, subclass or laziness; refuses what has no plain bytes.

    A CUDA tensor stays where it is: the copy into the arena is the one that brings it to the CPU.
    """
    if tensor.is_meta:
        raise Unsendable("a tensor on the meta device, which holds no numbers")
    if tensor.layout is not torch.strided:
        raise Unsendable(f"a sparse tensor ({str(tensor.layout).removeprefix('torch.')}); return a dense one")
    if tensor.is_quantized:
        raise Unsendable("a tensor of torch's own quantized type; return the integer codes instead")
    plain = tensor.detach().as_subclass(torch.Tensor).resolve_conj().resolve_neg()
    return plain if plain.is_cuda else plain.cpu()


def _from_numpy(array: numpy.ndarray[Any, Any]) -> torch.Tensor:
    plain = numpy.ascontiguousarray(numpy.asarray(array)).reshape(array.shape)
    try:
        return torch.from_numpy(plain if plain.flags.writeable else plain.copy())
    except TypeError:
        raise Unsendable(f"a numpy array of dtype {array.dtype}") from None


def _sizes(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_DIMENSIONS
        and all(
            isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 1 << 40 for size in value
        )
    )
