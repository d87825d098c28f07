"""What wrong ideas about levels, blocks and the way back bring back for given weights, and which of them came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from agreement import explaining
from nf4_levels import LEVELS, absmax_of_blocks, nearest_level, yardstick_of
from nf4_scales import shared_absmaxes, wrong_absmaxes
from nf4_tables import fitted_tables, wrong_borders, wrong_tables
from torch import Tensor

MOST_WEIGHTS = 8192  # enough to tell ideas apart
SAME = (4e-3, 5e-4)  # of absmax: what 16-bit numbers on the way may cost, and then what tells levels apart
FEWEST = 5  # weights that tell an idea from the right one

Suspect = tuple[str, Tensor]


class RoundTrip(NamedTuple):
    """Weights, their block size, the learner's codes and absmaxes of them, and what came back."""

    W: Tensor  # f32[n]
    block_size: int
    codes: Tensor  # u8[n]
    absmax: Tensor  # [blocks] or [blocks, 1]
    came: Tensor  # f32[n]


def thought_behind(trip: RoundTrip) -> str | None:
    """The misconception that explains what came back, or None. Of many weights the first blocks are looked at.

    An idea explains a weight if it brings back the same number. It must explain nearly all weights, and nearly
    all of those that the right levels don't explain; of these no other idea may explain as many.
    """
    W, came = trip.W, trip.came
    if len(W) > 2 * MOST_WEIGHTS:
        few = -(-MOST_WEIGHTS // trip.block_size) * trip.block_size
        W, came = W[:few], came[:few]
    absmax = absmax_of_blocks(W.double(), trip.block_size)
    live = absmax > 0
    if not bool(live.any()) or not bool(came[live].any()):
        return None

    if _padding_counts(trip):
        return "padding-in-the-absmax"
    right = yardstick_of(W, trip.block_size).W_hat.double()
    ideas = list(suspects(W.double(), trip.block_size, came.double()))
    for same in SAME:
        wrong = live & ~_alike(came, right, absmax, same)
        if int(wrong.sum()) < FEWEST:
            continue
        alike = [(idea, _alike(came, guess, absmax, same)) for idea, guess in ideas]
        if found := explaining(alike, wrong, live):
            return found
    return None


def _padding_counts(trip: RoundTrip) -> bool:
    """Whether the absmax of a short last block is larger than its weights, and the others are right."""
    W, size = trip.W.double(), trip.block_size
    if not len(W) % size or len(W) < size:
        return False
    stored, right = trip.absmax.double().flatten(), absmax_of_blocks(W, size)[::size]
    last = float(stored[-1])
    full_right = bool(((stored - right).abs() <= SAME[0] * right)[:-1].all())
    if not full_right or not 1.02 * float(right[-1]) < last < float("inf"):
        return False
    if abs(last - float(right[-2])) <= SAME[0] * last:
        return False  # the absmax of the block before
    start = len(right[:-1]) * size
    guess = snapped(W[start:] / last) * last
    return bool(((trip.came[start:].double() - guess).abs() <= SAME[0] * last).all())


def _alike(came: Tensor, guess: Tensor, absmax: Tensor, same: float) -> Tensor:
    """Where two numbers are the same but for ``same`` times absmax, or times the guess where that is larger."""
    near = same * torch.maximum(absmax, torch.where(guess.isfinite(), guess.abs(), 0.0))
    return (came.double() - guess).abs() <= near


def suspects(W: Tensor, block_size: int, came: Tensor) -> Iterator[Suspect]:
    """Every idea with what it brings back for ``W`` (f64[n]); an idea may come in several variants."""
    absmax = absmax_of_blocks(W, block_size)
    x = W / _safe(absmax)
    for idea, table in wrong_tables():
        yield idea, snapped(x, table) * absmax
    for idea, table in fitted_tables(came, block_size):
        yield idea, snapped(x, table) * absmax
    for idea, borders in wrong_borders():
        yield idea, LEVELS[torch.bucketize(x, borders)] * absmax
    down = LEVELS[(torch.searchsorted(LEVELS, x, right=True) - 1).clamp(0, 15)]
    up = LEVELS[torch.searchsorted(LEVELS, x).clamp(0, 15)]
    for cut in (down, up, torch.where(x > 0, down, up), torch.where(x > 0, up, down)):
        yield "rounded-to-one-side", cut * absmax
    for step in (-1, 1):
        yield "next-level-taken", LEVELS[(nearest_level(x) + step).clamp(0, 15)] * absmax
    for idea, wrong in (*shared_absmaxes(W, block_size), *wrong_absmaxes(W, block_size)):
        yield idea, snapped(W / _safe(wrong)) * wrong
    for idea, wrong in wrong_absmaxes(W, block_size):
        if not bool((wrong == 1).all()):  # who returns the levels as they are has rounded nothing
            yield idea, snapped(x) * wrong
    for idea, table, wrong in _spreads(W, block_size):
        yield idea, snapped(W / _safe(wrong), table) * wrong
    yield from _ways_back(W, block_size, nearest_level(x), absmax)


def _spreads(W: Tensor, block_size: int) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Blocks divided by their standard deviation, and quantiles that are not divided by the largest."""
    largest = float(torch.special.ndtri(torch.tensor(0.9677083, dtype=torch.float64)))
    for shared in (block_size, len(W)):
        blocks = W.split(shared)
        for correction in (0, 1):
            std = torch.cat([b.std(correction=min(correction, len(b) - 1)).expand_as(b) for b in blocks])
            for table in (LEVELS, LEVELS * largest):
                yield "scale-from-the-spread", table, std
        for power in (1.0, 2.0):
            mean = torch.cat([b.abs().pow(power).mean().pow(1 / power).expand_as(b) for b in blocks])
            for table in (LEVELS, LEVELS * largest):
                yield "scale-from-the-spread", table, mean


def _ways_back(W: Tensor, block_size: int, codes: Tensor, absmax: Tensor) -> Iterator[Suspect]:
    """What was done wrong with codes and absmaxes that are right."""
    levels, place = LEVELS[codes], torch.arange(len(W))
    of_block = absmax[::block_size]
    yield "levels-not-scaled-back", levels
    yield "divides-on-the-way-back", torch.where(absmax > 0, levels / _safe(absmax), 0.0)
    yield "absmax-tiled", levels * of_block[place % len(of_block)]
    for usual in (32, 64, 128, 256):
        if usual != block_size:
            yield "block-size-hard-coded", levels * of_block[(place // usual).clamp(max=len(of_block) - 1)]
    yield "one-absmax-for-all", levels * of_block[0]
    for center in (0, 7, 7.5, 8):
        for steps in (1, 7, 7.5, 8, 15, 16):
            yield "codes-taken-for-steps", (codes - center) / steps * absmax
    full = len(W) // block_size * block_size
    if 0 < full < len(W):
        yield "short-block-forgotten", torch.where(place < full, levels * absmax, 0.0)
        yield "short-block-forgotten", torch.where(place < full, levels * absmax, levels * absmax[full - 1])


def snapped(x: Tensor, levels: Tensor = LEVELS) -> Tensor:
    """Each number moved to the nearest level."""
    return levels[nearest_level(x, levels)]


def _safe(absmax: Tensor) -> Tensor:
    return torch.where(absmax > 0, absmax, 1.0)
