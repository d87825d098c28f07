"""The form of what quantize_groups returns, and what a wrong form tells."""

from __future__ import annotations

from typing import Any

import torch
from group_grids import USUAL_SIZES
from group_suspects import thought_of_formula, uses_all_of_int8
from grouped import groups_of
from scale_form import scale_dtypes
from torch import Tensor

from tutor.grading.checks import payload_bytes


def checked(expect: Any, result: Any, W: Tensor, group_size: int) -> tuple[Tensor, Tensor]:
    """q and scale of ``W``; ends the check if their form is not the brief's."""
    rows, columns = W.shape
    groups = groups_of(columns, group_size)
    expect(
        not holds_copy(result, W, group_size),
        expected=f"codes and one scale a group: {rows * columns + 4 * rows * groups} bytes",
        came="results that have room for every weight as a float",
        misconception="float-copy-in-the-payload",
    )
    q, scale = expect.sequence(result, 2, names="q, scale")
    q = expect.tensor(
        q, name="q", dtype=torch.int8, shape=W.shape, misconception=lambda: thought_of_codes(q, W, group_size)
    )
    scale = expect.tensor(
        scale,
        name=f"scale for groups of {group_size}",
        dtype=scale_dtypes(scale),
        shape=((rows, groups), (rows, groups, 1)),
        misconception=lambda: thought_of_scale(scale, W, group_size),
    )
    least, most = int(q.min()), int(q.max())
    expect(
        least >= -8 and most <= 7,
        expected="codes of four bits, -8 … 7",
        came=f"codes from {least} to {most}",
        misconception=lambda: thought_of_wide_codes(q, scale, W, group_size),
    )
    return q, scale


def holds_copy(result: object, W: Tensor, group_size: int) -> bool:
    """Whether the weights, at nearly two bytes each or more, came beside the codes and the scales."""
    parts = result if isinstance(result, (tuple, list)) else (result,)
    tensors = [part for part in parts if isinstance(part, Tensor)]
    codes = sum(part.numel() for part in tensors if part.dtype == torch.int8)
    if len(parts) < 2 or codes < W.numel() or any(_spread(part, W, group_size) for part in tensors):
        return False
    scales = 8 * len(W) * groups_of(W.shape[1], group_size)
    return payload_bytes(result) - W.numel() - scales >= 1.5 * W.numel()


def thought_of_codes(q: object, W: Tensor, group_size: int) -> str | None:
    """Why q is not i8 of the shape of ``W``."""
    if not isinstance(q, Tensor):
        return None
    rows, columns = W.shape
    groups = groups_of(columns, group_size)
    if q.shape == (rows, -(-columns // 2)) and q.element_size() == 1:
        return "codes-packed-already"
    padded = {(rows, groups, group_size), (rows * groups, group_size), (rows, groups * group_size)}
    if q.dtype == torch.int8 and tuple(q.shape) in padded:
        return "codes-left-in-groups"
    if q.shape == (rows, columns // group_size * group_size):
        return "short-group-forgotten" if q.shape != W.shape else None
    if q.shape != W.shape:
        return None
    if q.dtype == torch.uint8:
        return "codes-unsigned" if int(q.max()) <= 16 else None
    return "codes-left-in-float" if bool((q == q.round()).all()) and float(q.abs().max()) <= 8 else None


def thought_of_scale(scale: object, W: Tensor, group_size: int) -> str | None:
    """Why scale is not one float of at most 32 bits a group; told by its shape where only one idea has that."""
    rows, columns = W.shape
    groups = groups_of(columns, group_size)
    if not isinstance(scale, Tensor):
        return "one-scale-for-all" if isinstance(scale, (int, float)) and rows * groups > 1 else None
    if scale.numel() == rows * groups and scale.dim() == 2 and scale.shape[0] == rows:
        if scale.dtype == torch.float64:
            return "scale-in-float64"
        return None if scale.is_floating_point() else "scale-rounded-to-integer"
    if scale.numel() == 1:
        return "one-scale-for-all" if groups_of(rows, group_size) * columns > 1 else None
    if _spread(scale, W, group_size):
        return "scales-stored-for-every-weight"
    shape = tuple(size for size in scale.shape if size != 1)
    ideas = {
        "group-size-ignored": ((rows,),),
        "scales-transposed": ((groups, rows),),
        "short-group-forgotten": ((rows, columns // group_size),),
        "groups-across-rows": ((groups_of(rows * columns, group_size),), (rows * columns // group_size,)),
        "groups-down-the-columns": (
            (groups_of(rows, group_size), columns),
            (columns, groups_of(rows, group_size)),
        ),
        "group-size-taken-for-count": (
            (rows, group_size),
            (rows, groups_of(columns, groups_of(columns, group_size))),
        ),
        "group-size-hard-coded": tuple((rows, groups_of(columns, size)) for size in USUAL_SIZES),
    }
    matching = [idea for idea, shapes in ideas.items() if shape in [_without_ones(one) for one in shapes]]
    return matching[0] if len(matching) == 1 else None


def thought_of_wide_codes(q: Tensor, scale: Tensor, W: Tensor, group_size: int) -> str | None:
    """Why codes lie outside -8 … 7."""
    found = thought_of_formula(W, scale, group_size)
    if found:
        return found
    if int(q.max()) == 8 and int(q.min()) >= -8:
        return "code-eight"
    return "eight-bit-codes" if uses_all_of_int8(W, scale, group_size) else None


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _spread(part: Tensor, W: Tensor, group_size: int) -> bool:
    """Whether a float tensor of the shape of ``W`` holds one value in each group."""
    if part.shape != W.shape or group_size == 1 or W.shape[1] == 1 or not part.is_floating_point():
        return False
    return all(bool((piece == piece[:, :1]).all()) for piece in part.double().split(group_size, dim=1))
