"""The form of what quantize_fp8 returns, and what a wrong form tells."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def checked(expect: Any, result: object, W: Tensor) -> tuple[Tensor, object]:
    """Bytes and scale of ``W``, as they came; ends the check if their form is not the brief's."""
    parts = result if isinstance(result, (tuple, list)) else (result,)
    floats = sum(part.numel() for part in parts if isinstance(part, Tensor) and part.is_floating_point())
    expect(
        len(parts) < 2 or floats < W.numel() or W.numel() < 9,
        expected="one byte a weight and one scale",
        came="results that have room for every weight as a float",
        misconception=lambda: thought_of_floats(parts, W),
    )
    codes, scale = expect.sequence(result, 2, names="codes, scale")
    codes = expect.tensor(
        codes,
        name="codes",
        dtype=torch.uint8,
        shape=W.shape,
        misconception=lambda: "codes-in-another-type" if codes.shape == W.shape else None,
    )
    if isinstance(scale, Tensor):
        expect(
            scale.numel() == 1,
            expected="scale: one float for the whole matrix",
            came=f"a tensor of shape {tuple(scale.shape)}",
            misconception="scale-for-each-row" if scale.numel() == len(W) > 1 else None,
        )
        expect(
            scale.is_floating_point() and scale.element_size() <= 4,
            expected="scale: float32, float16 or bfloat16",
            came=f"a {str(scale.dtype).removeprefix('torch.')} tensor",
            misconception=thought_of_scale_dtype(scale),
        )
    expect.number(scale, name="scale")
    expect(
        not bool((codes % 128 == 127).any()),
        expected="no byte that means NaN",
        came="0x7F or 0xFF",
        misconception=lambda: thought_of_nan(codes, W),
    )
    return codes, scale


def thought_of_nan(codes: Tensor, W: Tensor) -> str | None:
    """What bytes that mean NaN tell: they stand for zeros, or for the largest magnitudes and for no others."""
    if not bool(W.any()):
        return "zero-matrix-becomes-nan"
    magnitudes = W.abs()[codes % 128 == 127]
    return "nan-code-written" if float(magnitudes.min()) >= 0.9 * float(W.abs().max()) else None


def thought_of_floats(parts: Any, W: Tensor) -> str | None:
    """Why results have room for every weight as a float: codes were never made bytes, or weights came beside them."""
    if isinstance(parts[0], Tensor) and parts[0].is_floating_point() and parts[0].shape == W.shape:
        rest = sum(part.numel() for part in parts[1:] if isinstance(part, Tensor))
        return "codes-in-another-type" if rest <= len(W) else None
    return None if 1 in W.shape else "float-copy-in-the-payload"  # a scale for each row has as many numbers


def thought_of_scale_dtype(scale: Tensor) -> str | None:
    """Why a scale is no float of at most 32 bits."""
    if scale.dtype == torch.float64:
        return "scale-in-float64"
    return None if scale.is_floating_point() else "scale-rounded-to-integer"
