"""What wrong ideas about zero points give on a given matrix, and which of them came.

First the way back is looked at: if the learner's codes, scales and zero points are good, something
wrong was done with them. Then the way there: a suspect is the matrix that a wrong idea brings back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from explained import Suspect, explained, too_coarse
from torch import Tensor
from yardsticks import min_max_per_row, widened_range
from zero_point_grids import grid_suspects

SAME_WAY_BACK = 1e-3
GOOD = 0.35  # root mean square error, in steps, of a round trip that is right; rounding leaves 0.29
MOST_WEIGHTS = 20_000  # enough to tell ideas apart: each idea makes a matrix of its own
MOVED = 0.53  # steps by which rounding to the nearest moves no weight


class RoundTrip(NamedTuple):
    """A matrix, the learner's codes, scales and zero points of it, and what came back."""

    W: Tensor  # f32[r, c]
    q: Tensor  # u8[r, c]
    scale: Tensor  # [r] or [r, 1]
    zero_point: Tensor  # [r] or [r, 1]
    came: Tensor  # f32[r, c]

    def rows(self, chosen: Tensor) -> RoundTrip:
        """Some of the rows (bool[r])."""
        return RoundTrip(*(tensor.reshape(len(chosen), -1)[chosen] for tensor in self))


def thought_behind(trip: RoundTrip) -> str | None:
    """The misconception that explains what came back, or None. Of a large matrix a few rows are looked at."""
    step = min_max_per_row(trip.W).step[:, :1]
    live = step[:, 0] > 0
    if not bool(live.any()):
        return None
    few = torch.arange(len(live)) < max(8, MOST_WEIGHTS // trip.W.shape[1])
    some, lively = trip.rows(few), trip.rows(few & live)
    return (
        thought_of_way_back(some, step[few])
        or thought_of_numbers(trip.rows(live), step[live])
        or thought_of_constant_rows(lively, step[few & live])
        or explained(some.W, some.came, step[few], grid_suspects(some.W))
        or thought_of_lost_weights(lively, step[few & live])
        or ("steps-too-coarse" if too_coarse(trip.scale.double().reshape(-1, 1), step) else None)
    )


def thought_of_way_back(trip: RoundTrip, step: Tensor) -> str | None:
    """What was done wrong with codes, scales and zero points that are good; None if they are not."""
    q, s = trip.q.double(), trip.scale.double().reshape(-1, 1)
    z = trip.zero_point.double().reshape(-1, 1)
    inverse = torch.where(s == 0, 0.0, 1 / torch.where(s == 0, 1.0, s))
    for sign in (1.0, -1.0):
        for factor in (s, inverse):
            right = (q - sign * z) * factor
            if not _good(trip.W, right, step):
                continue
            if torch.allclose(trip.came.double(), right, rtol=1e-4, atol=1e-30):
                return None
            ideas = _ways_back(
                q, sign * z, factor, added="zero-point-added" if sign > 0 else "zero-point-sign"
            )
            return explained(trip.W, trip.came, step, ideas, tolerance=SAME_WAY_BACK)
    if _good(trip.W, (q - z.remainder(256)) * s, step):
        return "zero-point-does-not-fit"
    return None


def _ways_back(q: Tensor, z: Tensor, s: Tensor, added: str) -> Iterator[Suspect]:
    """``z`` is what has to be subtracted. ``added`` is the idea of who adds it: that of the sign, where the learner's
    own number has the other one and *is* subtracted."""
    steps = q - z
    yield added, (q + z) * s
    yield "zero-point-forgotten", q * s
    yield "zero-point-in-weight-units", q * s - z
    yield "zero-point-in-weight-units", q * s + z
    yield "codes-not-scaled-back", steps
    yield "codes-not-scaled-back", q
    if bool((s != 0).all()):
        yield "divides-on-the-way-back", steps / s
    yield "subtracted-in-eight-bits", steps.remainder(256) * s
    yield "subtracted-in-eight-bits", _signed(steps) * s
    yield "subtracted-in-eight-bits", (_signed(q) - z) * s
    yield "subtracted-in-eight-bits", (_signed(q) - _signed(z)) * s
    yield "subtracted-in-eight-bits", (q - _signed(z)) * s
    yield "subtracted-in-eight-bits", steps.clamp(min=0) * s
    if q.shape[0] == q.shape[1]:
        yield "scale-on-the-wrong-axis", steps * s.T
        yield "scale-on-the-wrong-axis", (q - z.T) * s
        yield "scale-on-the-wrong-axis", (q - z.T) * s.T


def _signed(numbers: Tensor) -> Tensor:
    """As int8 holds them."""
    return (numbers + 128).remainder(256) - 128


def thought_of_numbers(trip: RoundTrip, step: Tensor) -> str | None:
    """What scales and zero points tell by themselves: all the same, or of 256 steps. No row is all zeros."""
    W, scale = trip.W.double(), trip.scale.double().reshape(-1, 1)
    zero_point = trip.zero_point.double().flatten()
    if not bool(scale.isfinite().all()):
        return None
    if len(W) >= 4 and _near(scale, scale[0], 1e-6) and float(step.max()) > 1.2 * float(step.min()):
        whole = (W.max() - W.min(), W.max().clamp(min=0) - W.min().clamp(max=0))
        if any(_near(scale.abs() * 255, spread, 0.01) for spread in whole):
            return "one-scale-for-all"
    low, high = widened_range(W)
    tight = W.amax(1, keepdim=True) - W.amin(1, keepdim=True)
    if any(
        _near(scale.abs() * 256, spread, 1e-4) for spread in (high - low, tight) if bool((spread > 0).all())
    ):
        error = (trip.came.double() - W).abs() / step
        if bool(((error <= 1.1) | (error >= 200)).all()):
            return "divided-by-256"
    right = -low / step
    same = len(W) >= 4 and bool((zero_point == zero_point[0]).all())
    if not same or float(right.max() - right.min()) < 32 or not 0 <= int(zero_point[0]) <= 255:
        return None
    if int(zero_point[0]) == 0:
        begins_at_zero = any(_near(scale * 255, most, 0.01) for most in (high, high - low, tight))
        return "minimum-ignored" if begins_at_zero and bool((scale > 0).any()) else None
    symmetric = _near(scale * 127.5, W.abs().amax(1, keepdim=True), 0.01)
    return "zero-point-always-128" if symmetric else "one-zero-point-for-all"


def thought_of_constant_rows(trip: RoundTrip, step: Tensor) -> str | None:
    """Whether constant rows were lost to one stand-in for a step, whatever their size, and nothing else was."""
    W, came = trip.W.double(), trip.came.double()
    scale = trip.scale.double().flatten()
    constant = (W[:, :1] == W).all(dim=1)
    lost = ~((came - W).abs() / step <= 2.0).all(dim=1)
    if not bool((lost & constant).any()) or bool((lost & ~constant).any()) or len(scale) < 4:
        return None
    stand_in = scale[constant]
    # Rounded to an integer, the step of a larger row would be 2 or more; one for all would be some row's.
    same = _near(stand_in, stand_in[0], 1e-6) or not bool(stand_in.isfinite().any())
    return "constant-row-has-no-range" if same and float(step[constant].max()) > 1.5 else None


def thought_of_lost_weights(trip: RoundTrip, step: Tensor) -> str | None:
    """Where all went well but for codes that wrapped around, or but for the ends of the range."""
    W, came = trip.W.double(), trip.came.double()
    scale = trip.scale.double().reshape(-1, 1).abs()
    error = (came - W).abs() / step
    if not bool(came.isfinite().all()) or bool((W[:, :1] == W).all()):
        return None
    moved = error > MOVED
    if not bool(moved.any()) or float(error[~moved].square().mean().sqrt()) > GOOD:
        return None
    turns = ((came - W).abs() / scale / 256)[moved]
    if _near(turns, torch.ones(()), 0.01):
        return "codes-wrap-around"
    top, bottom = came.amax(dim=1, keepdim=True), came.amin(dim=1, keepdim=True)
    at_top = (came >= top - 0.5 * step) & (came < W)
    at_bottom = (came <= bottom + 0.5 * step) & (came > W)
    clipped = (at_top | at_bottom)[moved].all() and moved.double().mean() < 0.1
    return "range-clipped" if bool(clipped) else None


def _near(values: Tensor, wanted: Tensor, tolerance: float) -> bool:
    return bool(((values - wanted).abs() <= tolerance * wanted.abs()).all())


def _good(W: Tensor, W_hat: Tensor, step: Tensor) -> bool:
    """Whether a matrix came back about as well as the right grid brings it."""
    live = step[:, 0] > 0
    error = (W_hat - W.double())[live] / step[live]
    return bool(error.square().mean().sqrt() <= GOOD)
