"""The form of int8 codes and of scales, as several exercises ask for it, and what a wrong form tells."""

from __future__ import annotations

import torch
from torch import Tensor

SCALE_DTYPES = (torch.float32, torch.float16, torch.bfloat16)


def scale_dtypes(scale: object) -> tuple[torch.dtype, ...]:
    """The dtypes of a scale that the brief names. Narrower floats are let through: the error decides."""
    narrow = isinstance(scale, Tensor) and scale.is_floating_point() and scale.element_size() <= 2
    return (*SCALE_DTYPES, scale.dtype) if narrow else SCALE_DTYPES


def thought_of_int8_codes(q: object, W: Tensor) -> str | None:
    """Why q is not i8 of the shape of ``W``."""
    if not isinstance(q, Tensor) or q.shape != W.shape:
        return None
    if q.dtype == torch.uint8:
        return "codes-unsigned"
    whole = q.is_floating_point() and torch.equal(q, q.round())
    return "codes-left-in-float" if whole and q.abs().max() <= 128 else None


def thought_of_row_scale(scale: object, rows: int, columns: int) -> str | None:
    """Why scale is not one float of at most 32 bits for each of so many rows."""
    if not isinstance(scale, Tensor):
        return "one-scale-for-all" if isinstance(scale, (int, float)) and rows > 1 else None
    if scale.numel() == 1 and rows > 1:
        return "one-scale-for-all"
    if scale.numel() == columns != rows:
        return "scales-per-column"
    if scale.numel() == rows and scale.dtype == torch.float64:
        return "scale-in-float64"
    if scale.numel() == rows and not scale.is_floating_point():
        return "scale-rounded-to-integer"
    return None
