"""What wrong ideas about a product with packed int4 weights compute, and which of them came."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from w4a16_products import Product, spread

SAME = 2e-3  # relative distance within which float16 arithmetic is the same


def thought_behind(p: Product, came: Tensor) -> str | None:
    """The misconception whose result, on this very input, is what came."""
    if came.shape != p.exact.shape:
        return None
    if not came.isfinite().all() and overflows(p):
        return "sums-in-fp16"
    wide = came.double()
    if torch.allclose(wide, p.exact, rtol=SAME, atol=SAME * float(p.exact.norm()) / p.exact.numel() ** 0.5):
        return None
    for idea, guess in guesses(p):
        size = float(guess.norm())
        if size and float((wide - guess).norm()) <= SAME * size:
            return idea
    return "grid-too-small" if part_computed(p, wide) else None


def nearest_guess(p: Product, came: Tensor) -> str | None:
    """The idea whose result, but for roundings on the way, is what came: far nearer to it than the right result."""
    wide = came.double()
    off, idea = min((float((wide - guess).norm()), idea) for idea, guess in guesses(p))
    return idea if off < float((wide - p.exact).norm()) / 4 else None


def overflows(p: Product) -> bool:
    """Whether sums on the way leave float16 although the result is inside."""
    return float(p.running.abs().max()) > 65504 > float(p.exact.abs().max())


def guesses(p: Product) -> Iterator[tuple[str, Tensor]]:
    """Each idea with what it makes of ``p``, f64 [t, o]; ideas in the bytes first, then in the scales."""
    steps = spread(p.scale, p.group)
    low, high = (p.q[:, 0::2].long() & 15), (p.q[:, 1::2].long() & 15)
    byte = low | high << 4
    signed_byte = (byte ^ 128) - 128

    def joined(even: Tensor, odd: Tensor) -> Tensor:
        return p.of(torch.stack([even, odd], dim=2).flatten(1), steps)

    def signed(nibble: Tensor) -> Tensor:
        return (nibble ^ 8) - 8

    yield "sign-left-off", joined(low, high)
    yield "sign-left-off", joined(low, signed(high))
    yield "sign-left-off", joined(signed(low), high)
    yield "offset-for-sign", joined(low - 8, high - 8)
    wrapped_low, wrapped_high = signed(low) & 255, signed(high) & 255
    yield "subtracted-unsigned", joined(wrapped_low, wrapped_high)
    yield "subtracted-unsigned", joined(wrapped_low, signed(high))
    yield "subtracted-unsigned", joined(signed(low), wrapped_high)
    yield "low-and-high-swapped", joined(signed(high), signed(low))
    yield "low-and-high-swapped", joined(high - 8, low - 8)
    for whole in (byte, signed_byte, byte - 16, byte - 8):
        yield "low-nibble-not-cut", joined(whole, signed(high))
    yield "low-nibble-not-cut", joined(torch.where(byte > 7, byte - 16, byte), signed(high))
    yield "halves-for-neighbours", p.of(torch.cat([signed(low), signed(high)], dim=1), steps)
    in_groups = torch.stack([signed(low), signed(high)]).unflatten(2, (-1, p.group // 2))
    yield "halves-for-neighbours", p.of(in_groups.permute(1, 2, 0, 3).reshape(p.q.shape), steps)
    yield "one-nibble-a-byte", joined(signed(low), signed(low))
    yield "one-nibble-a-byte", joined(signed(high), signed(high))
    yield "one-nibble-a-byte", joined(signed(low), torch.zeros_like(high))
    yield "one-nibble-a-byte", joined(torch.zeros_like(low), signed(high))
    yield from _of_scales(p)
    yield from _of_groups(p)


def _of_scales(p: Product) -> Iterator[tuple[str, Tensor]]:
    outputs, groups = p.scale.shape
    i = p.q.shape[1]
    scale = p.scale.double()
    yield "scale-forgotten", p.of(p.q, torch.ones(outputs, i))
    yield "scale-divided", p.of(p.q, 1 / spread(scale, p.group).clamp(min=1e-9))
    if outputs > 1:
        for one in (spread(scale[:1], p.group), scale[:1, :1]):
            yield "scales-of-the-first-output", p.of(p.q, one.expand(outputs, i))
    if groups > 1:
        ends = scale[:, :1], scale[:, -1:], scale.amin(1, keepdim=True), scale.amax(1, keepdim=True)
        flat = scale.reshape(-1)[:outputs, None]  # as if there were one for each output
        for one in (*ends, scale.mean(1, keepdim=True), scale.sum(1, keepdim=True), flat):
            yield "one-scale-a-row", p.of(p.q, one.expand(outputs, i))
        yield "group-counted-in-bytes", p.of(p.q, scale[:, torch.arange(i) // 2 // p.group])
        doubled = (2 * torch.arange(i) // p.group).clamp(max=groups - 1)
        yield "group-counted-in-bytes", p.of(p.q, scale[:, doubled])
        if outputs > 1:
            yield "scales-read-down", p.of(p.q, spread(_read_down(scale), p.group))
        yield "another-groups-scale", p.of(p.q, spread(scale.roll(1, 1), p.group))
        yield "another-groups-scale", p.of(p.q, spread(scale.roll(-1, 1), p.group))
        yield "another-groups-scale", p.of(p.q, spread(scale.flip(1), p.group))
        for column in (torch.arange(i), torch.arange(i) // 2, torch.arange(i) // 2 * 2):
            yield "another-groups-scale", p.of(p.q, scale[:, column % groups])


def _read_down(scale: Tensor) -> Tensor:
    """The scales that are read at ``group · outputs + output`` of memory that holds a row after the other."""
    outputs, groups = scale.shape
    at = torch.arange(groups)[None, :] * outputs + torch.arange(outputs)[:, None]
    return scale.reshape(-1)[at]


def _of_groups(p: Product) -> Iterator[tuple[str, Tensor]]:
    """Ideas about how the groups' sums become one."""
    running = p.running
    groups = len(running)
    if groups == 1:
        return
    parts = torch.diff(running, dim=0, prepend=torch.zeros_like(running[:1]))
    for kept in (parts[0], parts[-1], running[-2], parts[1:].sum(0), parts[::2].sum(0)):
        yield "groups-left-out", kept
    steps = p.scale.double()
    raw = parts / steps.T[:, None, :].clamp(min=1e-12)
    total = torch.zeros_like(parts[0])
    for part, step in zip(raw, steps.T, strict=True):
        total = (total + part) * step
    yield "total-scaled-again", total


def right_ones(p: Product, came: Tensor) -> Tensor:
    """bool [t, o]: which single results are right."""
    highest = p.X.double().abs().sum(1, keepdim=True) * p.scale.double().amax(1)
    return (came.double() - p.exact).abs() <= SAME * highest


def part_computed(p: Product, came: Tensor) -> bool:
    """Whether the results are right up to some token or output, and beyond it nothing was computed."""
    right = right_ones(p, came)
    for lines in (right.all(1), right.all(0)):
        count = int(lines.sum())
        if 0 < count < len(lines) and count % 2 == 0 and bool(lines[:count].all()):
            return True
    rows, columns = int(right[:, 0].sum()), int(right[0].sum())
    block = right[:rows, :columns].all() and right.sum() <= rows * columns + 0.1 * right.numel()
    return bool(rows % 2 == 0 and columns % 2 == 0 and rows and columns and block and not right.all())


def in_memory_order(tensor: Tensor) -> Tensor:
    """What is read where a view is taken for a matrix that lies row by row from its first number on."""
    rows, columns = tensor.shape
    return tensor.as_strided((rows, columns), (columns, 1))
