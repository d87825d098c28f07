"""The form of what quantize_nf4 returns, and what a wrong form tells."""

from __future__ import annotations

from typing import Any

import torch
from nf4_draws import blocks_of
from nf4_levels import in_blocks
from scale_form import scale_dtypes
from torch import Tensor

from tutor.grading.checks import payload_bytes

INTEGERS = (torch.int8, torch.int16, torch.int32, torch.int64)


def checked(expect: Any, result: Any, W: Tensor, block_size: int) -> tuple[Tensor, Tensor]:
    """codes and absmax of ``W``; ends the check if their form is not the brief's."""
    weights, blocks = len(W), blocks_of(len(W), block_size)
    expect(
        not holds_copy(result, W, block_size),
        expected=f"codes and one absmax a block: {weights + 4 * blocks} bytes",
        came="results that have room for every weight as a float",
        misconception="float-copy-in-the-payload",
    )
    codes, absmax = expect.sequence(result, 2, names="codes, absmax")
    codes = expect.tensor(
        codes,
        name="codes",
        dtype=torch.uint8,
        shape=(weights,),
        misconception=lambda: thought_of_codes(codes, W, block_size),
    )
    absmax = expect.tensor(
        absmax,
        name=f"absmax for blocks of {block_size}",
        dtype=scale_dtypes(absmax),
        shape=((blocks,), (blocks, 1)),
        misconception=lambda: thought_of_absmax(absmax, W, block_size),
    )
    expect(
        int(codes.max()) <= 15,
        expected="codes of four bits, 0 … 15",
        came=f"codes as large as {int(codes.max())}",
        misconception=lambda: thought_of_large_codes(codes),
    )
    return codes, absmax


def holds_copy(result: object, W: Tensor, block_size: int) -> bool:
    """Whether the weights, at nearly two bytes each or more, came beside the codes and the absmaxes."""
    parts = result if isinstance(result, (tuple, list)) else (result,)
    tensors = [part for part in parts if isinstance(part, Tensor)]
    codes = sum(part.numel() for part in tensors if part.dtype == torch.uint8)
    floats = [part for part in tensors if part.is_floating_point() and part.numel()]
    if len(parts) < 2 or codes < len(W) or any(_one_a_block(part, W, block_size) for part in floats):
        return False
    if floats and bool((W < 0).any()) and all(bool((part >= 0).all()) for part in floats):
        return False  # magnitudes: too many absmaxes, not the weights
    absmaxes = 8 * blocks_of(len(W), block_size)
    return payload_bytes(result) - len(W) - absmaxes >= 1.5 * len(W)


def thought_of_codes(codes: object, W: Tensor, block_size: int) -> str | None:
    """Why codes are not u8[n]."""
    if not isinstance(codes, Tensor) or not codes.numel():
        return None
    weights, blocks = len(W), blocks_of(len(W), block_size)
    if 0 < codes.numel() == weights // block_size * block_size != weights:
        return "short-block-forgotten"
    if codes.dtype == torch.uint8 and codes.numel() in {-(-weights // 2), blocks * block_size // 2}:
        return "codes-packed-already"
    if codes.dtype == torch.uint8 and codes.numel() in {weights, blocks * block_size}:
        return "codes-left-in-blocks"
    if codes.numel() not in {weights, blocks * block_size}:
        return None
    if codes.is_floating_point():
        x = in_blocks(W, block_size)
        relative = (x / x.abs().amax(dim=1, keepdim=True).clamp(min=1e-30)).flatten()[: codes.numel()]
        apart = bool(((codes.flatten()[: len(relative)] - relative).abs() <= 0.2).all())
        return "levels-instead-of-codes" if apart else None
    return "codes-in-another-type" if codes.dtype in INTEGERS and int(codes.abs().max()) <= 15 else None


def thought_of_large_codes(codes: Tensor) -> str | None:
    """Why codes exceed 15: seventeen levels, as many on both sides of zero, or codes of eight bits."""
    if int(codes.max()) == 16:
        return "sides-equally-long" if int(codes.min()) == 0 else None
    return "codes-of-eight-bits" if len(codes.unique()) > 17 else None


def thought_of_absmax(absmax: object, W: Tensor, block_size: int) -> str | None:
    """Why absmax is not one float of at most 32 bits a block; told by its count where only one idea has that."""
    weights, blocks = len(W), blocks_of(len(W), block_size)
    if not isinstance(absmax, Tensor):
        return "one-absmax-for-all" if isinstance(absmax, (int, float)) and blocks > block_size > 1 else None
    if absmax.numel() == blocks:
        if absmax.dtype == torch.float64:
            return "absmax-in-float64"
        return None if absmax.is_floating_point() else "absmax-rounded-to-integer"
    if absmax.numel() == 1:
        return "one-absmax-for-all" if block_size > 1 else None
    if _one_a_block(absmax, W, block_size):
        return "absmax-stored-for-every-weight"
    ideas = {
        "short-block-forgotten": {weights // block_size},
        "block-size-taken-for-count": {block_size, blocks_of(weights, blocks_of(weights, block_size))},
        "block-size-hard-coded": {blocks_of(weights, usual) for usual in (16, 32, 64, 128, 256)},
    }
    matching = [idea for idea, sizes in ideas.items() if absmax.numel() in sizes]
    return matching[0] if len(matching) == 1 else None


def _one_a_block(part: Tensor, W: Tensor, block_size: int) -> bool:
    """Whether a float tensor of as many numbers as ``W`` holds one value in each block."""
    padded = blocks_of(len(W), block_size) * block_size
    if part.numel() not in {len(W), padded} or block_size == 1 or not part.is_floating_point():
        return False
    return all(bool((piece == piece[0]).all()) for piece in part.flatten().split(block_size))
