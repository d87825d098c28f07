"""The weights that wrong ideas of bits, groups, steps and codes give, in apply_awq's place."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from awq_yardstick import Layer
from explained import Suspect
from group_grids import absmax_of, groupings
from torch import Tensor

OF_GROUPS = {  # the ideas of groupings that this exercise names
    "one-scale-for-all",
    "group-size-ignored",
    "groups-down-the-columns",
    "short-group-forgotten",
    "group-size-hard-coded",
}
RIGHT = "right"  # rules out ideas that give on this layer what is asked for


def suspects(part: Layer, s: Tensor) -> Iterator[Suspect]:
    """Every idea with the Ŵ (f64[o, i]) that it gives for the scales ``s`` (f64[i])."""
    for idea, V in _on_grids(part, part.W.double() * s):
        yield idea, V / s
    for V in _with_steps_of_the_unscaled(part, part.W.double() * s):
        yield "step-before-scaling", V / s


def _on_grids(part: Layer, V: Tensor) -> Iterator[Suspect]:
    rows, columns = V.shape
    top = part.levels // 2 - 1
    groups = (torch.arange(columns) // part.group_size).expand(rows, columns)
    right = torch.arange(rows)[:, None] * columns + groups
    for grid in _grids(V, right, part.bits):
        yield RIGHT, grid
    for idea, shared in groupings(rows, columns, part.group_size):
        if idea in OF_GROUPS and not torch.equal(absmax_of(V, shared), absmax_of(V, right)):
            for grid in _grids(V, shared, part.bits):
                yield idea, grid
    for grid in _grids(V, groups, part.bits):
        yield "one-scale-for-all-rows", grid
    for bits in (2, 3, 4, 5, 8):
        if bits != part.bits:
            for grid in _grids(V, right, bits):
                yield "bits-ignored", grid
    full = torch.arange(columns) < columns // part.group_size * part.group_size
    for grid in _grids(V, right, part.bits):
        yield "short-group-forgotten", torch.where(full, grid, V)
        yield "short-group-forgotten", torch.where(full, grid, 0.0)
    absmax = absmax_of(V, right)
    for steps in (top, top + 0.5, top + 1):
        step = _safe(absmax / steps)
        # The largest weight is a whole number of steps away: float32 decides to which side it is cut.
        single = V.float() / _safe(absmax.float() / steps)
        for number in (V / step, single.double()):
            for cut in (torch.trunc, torch.floor, torch.ceil):
                yield "truncated-not-rounded", cut(number).clamp(-top - 1, top) * step
    least, step = _range(V, right, part.levels - 1)
    for cut in (torch.trunc, torch.floor, torch.ceil):
        for zero in ((-least / _safe(step)).round(), cut(-least / _safe(step))):
            codes = (cut(V / _safe(step)) + zero).clamp(0, part.levels - 1)
            yield "truncated-not-rounded", (codes - zero) * step
        yield "truncated-not-rounded", least + cut((V - least) / _safe(step)) * step
    yield "one-level-too-many", (V / _safe(absmax / (top + 1))).round() * absmax / (top + 1)
    least, step = _range(V, right, part.levels)
    yield "one-level-too-many", least + ((V - least) / _safe(step)).round() * step
    signed = -_amin_of(-V, right)
    for wide in (0, 1):
        codes = (V / _safe(signed / top)).round().clamp(-top - wide, top)
        yield "scale-from-signed-max", codes * signed / top
    for steps in (top, top + 0.5):
        codes = (V / _safe(absmax / steps)).round().clamp(-top - 1, top)
        yield "codes-not-scaled-back", codes


def _with_steps_of_the_unscaled(part: Layer, V: Tensor) -> Iterator[Tensor]:
    """V with the steps that W has, clipped to the codes or not."""
    rows, columns = V.shape
    top = part.levels // 2 - 1
    shared = torch.arange(rows)[:, None] * columns + torch.arange(columns) // part.group_size
    for steps in (top, top + 0.5, top + 1):
        step = absmax_of(part.W.double(), shared) / steps
        codes = (V / _safe(step)).round()
        yield codes * step
        for wide in (0, 1):
            yield codes.clamp(-top - wide, top) * step


def _grids(V: Tensor, shared: Tensor, bits: int) -> Iterator[Tensor]:
    """Right grids of so many bits, with one step for the weights of one number in ``shared``."""
    top = 2 ** (bits - 1) - 1
    absmax = absmax_of(V, shared)
    for steps in (top, top + 0.5, top + 1):
        step = absmax / steps
        yield (V / _safe(step)).round().clamp(-top - 1, top) * step
    least, step = _range(V, shared, 2**bits - 1)
    yield least + ((V - least) / _safe(step)).round() * step
    zero = (-least / _safe(step)).round()
    yield (((V / _safe(step)).round() + zero).clamp(0, 2**bits - 1) - zero) * step


def _range(V: Tensor, shared: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """The least value and the size of a step from there to the largest, f64[o, i] each."""
    least, most = _amin_of(V, shared), -_amin_of(-V, shared)
    return least, (most - least) / steps


def _amin_of(V: Tensor, shared: Tensor) -> Tensor:
    least = torch.full((int(shared.max()) + 1,), float("inf"), dtype=V.dtype)
    return least.scatter_reduce(0, shared.flatten(), V.flatten(), "amin")[shared]


def _safe(step: Tensor) -> Tensor:
    return torch.where(step == 0, 1.0, step)
