"""The form of what quantize_asymmetric returns, and what a wrong form tells."""

from __future__ import annotations

from typing import Any

import torch
from scale_form import scale_dtypes, thought_of_row_scale
from torch import Tensor

from tutor.grading.checks import describe, payload_bytes


def checked(expect: Any, result: Any, W: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """q, scale and zero_point of ``W``; ends the check if their form is not the brief's."""
    rows, columns = W.shape
    per_row = ((rows,), (rows, 1))
    expect(
        not holds_copy(result, W),
        expected=f"codes, scales and zero points: at most {rows * columns + 12 * rows} bytes",
        came="results that have room for every weight as a float",
        misconception="float-copy-in-the-payload",
    )
    q, scale, zero_point = expect.sequence(result, 3, names="q, scale, zero_point")
    q = expect.tensor(
        q, name="q", dtype=torch.uint8, shape=W.shape, misconception=lambda: thought_of_codes(q, W)
    )
    scale = expect.tensor(
        scale,
        name="scale",
        dtype=scale_dtypes(scale),
        shape=per_row,
        misconception=lambda: thought_of_scale(scale, W),
    )
    expect(
        is_integer(zero_point) and tuple(zero_point.shape) in per_row,
        expected=f"zero_point: a tensor of any integer type, of shape {per_row[0]} or {per_row[1]}",
        came=describe(zero_point),
        misconception=lambda: thought_of_zero_point(zero_point, W),
    )
    return q, scale, zero_point


def holds_copy(result: object, W: Tensor) -> bool:
    """Whether the weights, at nearly two bytes each or more, came beside uint8 codes and what a row may have."""
    parts = result if isinstance(result, (tuple, list)) else (result,)
    tensors = [part for part in parts if isinstance(part, Tensor)]
    codes = sum(part.numel() for part in tensors if part.dtype == torch.uint8)
    if len(parts) < 2 or codes < W.numel() or any(_spread_over_rows(part, W) for part in tensors):
        return False
    return payload_bytes(result) - W.numel() - 12 * len(W) >= 1.5 * W.numel() > 12 * len(W)


def is_integer(value: object) -> bool:
    """Any integer type holds a zero point; its bytes count."""
    return isinstance(value, Tensor) and not (
        value.is_floating_point() or value.is_complex() or value.dtype == torch.bool
    )


def thought_of_codes(q: object, W: Tensor) -> str | None:
    """Why q is not u8 of the shape of ``W``."""
    if not isinstance(q, Tensor) or q.shape != W.shape:
        return None
    if q.dtype == torch.int8:
        return "codes-signed"
    whole = bool((q == q.round()).all()) and float(q.min()) >= -1 and 128 <= float(q.max()) <= 256
    return "codes-left-in-float" if whole else None


def thought_of_scale(scale: object, W: Tensor) -> str | None:
    """Why scale is not one float of at most 32 bits for each row."""
    spread = isinstance(scale, Tensor) and _spread_over_rows(scale, W)
    return thought_of_row_scale(scale, *W.shape) or ("scales-stored-for-every-weight" if spread else None)


def thought_of_zero_point(zero_point: object, W: Tensor) -> str | None:
    """Why zero_point is not one integer for each row."""
    rows, columns = W.shape
    if not isinstance(zero_point, Tensor):
        return "one-zero-point-for-all" if isinstance(zero_point, (int, float)) and rows > 1 else None
    if zero_point.numel() == 1 and rows > 1:
        return "one-zero-point-for-all"
    if zero_point.numel() == columns != rows:
        return "scales-per-column"
    if _spread_over_rows(zero_point, W):
        return "scales-stored-for-every-weight"
    if zero_point.numel() != rows or not zero_point.is_floating_point():
        return None
    came, least = zero_point.flatten().double(), W.amin(dim=1).double()
    slack = 0.01 * W.abs().amax(dim=1).double()
    for minimum in (least, least.clamp(max=0)):
        if bool(((came.abs() - minimum.abs()).abs() <= slack).all()):
            return "minimum-stored-as-zero-point"
    return "zero-point-left-in-float"


def _spread_over_rows(part: Tensor, W: Tensor) -> bool:
    """Whether a tensor of the shape of ``W`` holds one value in each row."""
    if part.shape != W.shape or W.shape[1] == 1:
        return False
    values = part.double()
    return bool((values == values[:, :1]).all())
