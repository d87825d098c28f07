"""What wrong ideas about groups give on a given matrix, and which of them came.

First the way back is looked at: if the learner's codes and scales are good, something wrong was done
with them. Then the way there: a suspect is the matrix that a wrong idea brings back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from explained import Suspect, explained, too_coarse
from group_grids import USUAL_SIZES, absmax_of, formulas, groupings, suspects
from torch import Tensor
from yardsticks import absmax_of_groups, absmax_per_group

GOOD = 0.36  # root mean square error, in steps, of a round trip that is right; rounding leaves 0.29 at most
SAME_WAY_BACK = 1e-3
MOST_WEIGHTS = 20_000  # enough to tell ideas apart: each idea makes a matrix of its own


class RoundTrip(NamedTuple):
    """A matrix, its group size, the learner's codes and scales of it, and what came back."""

    W: Tensor  # f32[r, c]
    group_size: int
    q: Tensor  # i8[r, c]
    scale: Tensor  # [r, groups]
    came: Tensor  # f32[r, c]


def thought_behind(trip: RoundTrip) -> str | None:
    """The misconception that explains what came back, or None. Of a large matrix a few rows are looked at."""
    step = absmax_per_group(trip.W, trip.group_size).step
    if not bool((step > 0).any()):
        return None
    few = slice(max(8, MOST_WEIGHTS // trip.W.shape[1]))
    some = RoundTrip(trip.W[few], trip.group_size, trip.q[few], trip.scale[few], trip.came[few])
    return (
        thought_of_way_back(some, step[few])
        or thought_of_equal_scales(trip, step)
        or explained(some.W, some.came, step[few], suspects(some.W, some.group_size))
        or ("steps-too-coarse" if too_coarse(_spread(trip.W, trip.scale, trip.group_size), step) else None)
    )


# --- the way back -------------------------------------------------------------------------------


def thought_of_way_back(trip: RoundTrip, step: Tensor) -> str | None:
    """What was done wrong with codes and scales that are good; None if they are not."""
    q, s = trip.q.double(), trip.scale.double().reshape(len(trip.W), -1)
    inverse = torch.where(s == 0, 0.0, 1 / torch.where(s == 0, 1.0, s))
    for factor in (s, inverse):
        right = q * _repeated(factor, trip)
        if _good(trip.W, right, step):
            if torch.allclose(trip.came.double(), right, rtol=1e-4, atol=1e-30):
                return None
            ideas = _ways_back(trip, q, factor)
            return explained(trip.W, trip.came, step, ideas, tolerance=SAME_WAY_BACK)
    return None


def _ways_back(trip: RoundTrip, q: Tensor, s: Tensor) -> Iterator[Suspect]:
    (rows, columns), size, groups = trip.W.shape, trip.group_size, s.shape[1]
    column = torch.arange(columns)
    flat = torch.arange(rows * columns).reshape(rows, columns)
    yield "codes-not-scaled-back", q
    if bool((s != 0).all()):
        yield "divides-on-the-way-back", q / _repeated(s, trip)
    yield "scales-tiled", q * s[:, column % groups]
    yield "groups-across-rows", q * s.flatten()[(flat // size).clamp(max=s.numel() - 1)]
    yield "groups-from-the-end", q * s[:, (column + groups * size - columns) // size]
    for usual in USUAL_SIZES:
        if usual != size:
            yield "group-size-hard-coded", q * s[:, (column // usual).clamp(max=groups - 1)]
    yield "group-size-ignored", q * s[:, :1]
    yield "short-group-forgotten", (q * _repeated(s, trip)).masked_fill(column >= columns // size * size, 0.0)
    if rows == groups:
        yield "scales-transposed", q * _repeated(s.T, trip)


def _repeated(s: Tensor, trip: RoundTrip) -> Tensor:
    return s.repeat_interleave(trip.group_size, dim=1)[:, : trip.W.shape[1]]


def _good(W: Tensor, W_hat: Tensor, step: Tensor) -> bool:
    """Whether a matrix came back about as well as the right grid brings it."""
    live = step > 0
    error = (W_hat - W.double())[live] / step[live]
    return bool(error.square().mean().sqrt() <= GOOD)


# --- the scales alone -----------------------------------------------------------------------------


def thought_of_equal_scales(trip: RoundTrip, step: Tensor) -> str | None:
    """Whether all groups have one scale, or all of a row, though theirs would differ."""
    s = trip.scale.double().reshape(len(trip.W), -1)
    absmax = trip.W.abs().double()
    if (
        not bool(s.isfinite().all())
        or s.numel() < 2
        or float(step.max()) <= 1.2 * float(step[step > 0].min())
    ):
        return None
    for idea, one, largest in (
        ("one-scale-for-all", s[:1, :1], absmax.max()),
        ("group-size-ignored", s[:, :1], absmax.amax(1, keepdim=True)),
    ):
        same = bool(((s - one).abs() <= 1e-6 * one.abs()).all())
        if same and any(_near(one.abs() * levels, largest) for levels in (7, 7.5, 8)):
            return idea if _only(idea, trip) else None
    return None


def _only(idea: str, trip: RoundTrip) -> bool:
    """Whether no other idea of who shares a scale gives the same steps."""
    steps = {other: absmax_of(trip.W, shared) for other, shared in groupings(*trip.W.shape, trip.group_size)}
    return not any(torch.equal(steps[idea], step) for other, step in steps.items() if other != idea)


def thought_of_formula(W: Tensor, scale: Tensor, group_size: int) -> str | None:
    """The wrong formula that gives just these scales, if it differs from every right one."""
    absmax = absmax_of_groups(W, group_size).double()
    came = _spread(W, scale, group_size)
    for idea, wrong in formulas(W.double(), group_size):
        if _near(came, wrong) and not any(_near(wrong * levels, absmax) for levels in (7, 7.5, 8)):
            return idea
    return None


def uses_all_of_int8(W: Tensor, scale: Tensor, group_size: int) -> bool:
    """Whether the scales are those of 8-bit codes."""
    came, absmax = _spread(W, scale, group_size), absmax_of_groups(W, group_size).double()
    return any(_near(came * levels, absmax) for levels in (127, 127.5, 128))


def _spread(W: Tensor, scale: Tensor, group_size: int) -> Tensor:
    """The scale of its group at every weight, f64[r, c]."""
    return scale.double().reshape(len(W), -1).repeat_interleave(group_size, dim=1)[:, : W.shape[1]]


def _near(values: Tensor, wanted: Tensor) -> bool:
    return bool(((values - wanted).abs() <= 5e-3 * wanted.abs()).all())
