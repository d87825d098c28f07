"""The matrices that wrong ideas about groups, steps and codes bring back."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from explained import Suspect
from torch import Tensor
from yardsticks import absmax_of_groups

EPSILONS = (1e-1, 1e-2, 1e-3, 1e-4)
USUAL_SIZES = (16, 32, 64, 128)


def suspects(W: Tensor, group_size: int) -> Iterator[Suspect]:
    """Every idea with what it brings back for ``W`` (f32[r, c]); an idea may come in several variants."""
    exact = W.double()
    absmax = absmax_of_groups(exact, group_size)
    for idea, shared in groupings(*W.shape, group_size):
        wrong = absmax_of(exact, shared)
        for levels in (7, 7.5, 8):
            if not torch.equal(wrong, absmax):
                yield idea, _snap(exact, wrong / levels)
    for idea, step in formulas(exact, group_size):
        for codes in _stored((exact / _safe(step)).round()):
            yield idea, codes * step
    for levels in (15, 16):
        least = torch.cat(
            [g.amin(1, keepdim=True).expand_as(g) for g in exact.split(group_size, dim=1)], dim=1
        )
        step = spread_of_groups(exact, group_size) / levels
        for codes in _stored(((exact - least) / _safe(step)).round() - 8):
            yield "scale-from-the-range", codes * step
    for levels in (7, 7.5, 8):
        step = absmax / levels
        steps = exact / _safe(step)
        # The largest weight is a whole number of steps away: float32 decides to which side it is cut.
        single = W / _safe(step.float())
        for numbers in (steps, single, W * (1 / _safe(step.float())), single.half()):
            for cut in (torch.trunc, torch.floor, torch.ceil):
                yield "truncated-not-rounded", cut(numbers).clamp(-8, 7) * step
            yield "half-added-then-cut", (numbers + 0.5).trunc().clamp(-8, 7) * step
        yield "truncated-not-rounded", (W // _safe(step.float())).clamp(-8, 7) * step
        yield "codes-wrap-around", ((steps.round() + 8).remainder(16) - 8) * step
        full = torch.arange(W.shape[1]) < W.shape[1] // group_size * group_size
        yield "short-group-forgotten", _snap(exact, step) * full
    yield from _tiled(exact, group_size, absmax / 7)


def groupings(rows: int, columns: int, size: int) -> Iterator[tuple[str, Tensor]]:
    """Wrong ideas of which weights share a scale: the same number (i64[r, c]) for those that do."""
    row, column = torch.arange(rows)[:, None], torch.arange(columns)[None, :]
    groups = -(-columns // size)
    yield "one-scale-for-all", (0 * row + 0 * column)
    yield "group-size-ignored", row + 0 * column
    yield "groups-across-rows", (row * columns + column) // size
    yield "groups-down-the-columns", (row // size) * columns + column
    yield "groups-interleaved", row * groups + column % groups
    yield "groups-from-the-end", row * groups + (column + groups * size - columns) // size
    if columns > size:
        yield "short-group-forgotten", row * groups + (column // size).clamp(max=columns // size - 1)
    even = torch.cat([torch.full((len(cut),), k) for k, cut in enumerate(column[0].tensor_split(groups))])
    yield "groups-evenly-cut", row * groups + even
    yield "groups-evenly-cut", row * groups + column // -(-columns // groups)
    for width in {-(-columns // size), max(1, columns // size)}:
        yield "group-size-taken-for-count", row * columns + column // width
    for usual in USUAL_SIZES:
        if usual != size:
            yield "group-size-hard-coded", row * columns + column // usual


def formulas(W: Tensor, group_size: int) -> Iterator[Suspect]:
    """Wrong ideas of the step of a group (f64[r, c]), the groups being right."""
    pieces = W.split(group_size, dim=1)

    def each(of) -> Tensor:
        return torch.cat([of(piece).expand_as(piece) for piece in pieces], dim=1)

    absmax = absmax_of_groups(W, group_size)
    spread = spread_of_groups(W, group_size)
    signed = each(lambda g: g.amax(1, keepdim=True))
    mean = each(lambda g: g.abs().mean(1, keepdim=True))
    norm, total = each(lambda g: g.norm(dim=1, keepdim=True)), each(lambda g: g.abs().sum(1, keepdim=True))
    deviation = each(lambda g: g.std(dim=1, keepdim=True, correction=0))
    sample_deviation = each(lambda g: g.std(dim=1, keepdim=True) if g.shape[1] > 1 else g.abs())
    for levels in (7, 7.5, 8):
        yield "scale-from-signed-max", signed / levels
        yield from (("scale-from-average", size / levels) for size in (mean, deviation, sample_deviation))
        yield from (("scale-from-norm", size / levels) for size in (norm, total))
    yield from (("scale-from-the-range", spread / levels) for levels in (14, 15, 16))
    yield from (("all-levels-on-one-side", absmax / levels) for levels in (15, 16))
    right = absmax / 7
    for step in (right.round(), right.ceil(), right.round().clamp(min=1)):
        yield "scale-rounded-to-integer", step
    for epsilon in EPSILONS:
        for step in (
            right + epsilon,
            right.clamp(min=epsilon),
            (absmax + epsilon) / 7,
            absmax.clamp(min=epsilon) / 7,
        ):
            if not torch.allclose(step[right > 0], right[right > 0], rtol=1e-3, atol=0.0):
                yield "epsilon-hides-small-groups", step


def spread_of_groups(W: Tensor, group_size: int) -> Tensor:
    """max − min of its group at every weight, [r, c]."""
    pieces = W.split(group_size, dim=1)
    spreads = [
        (piece.amax(1, keepdim=True) - piece.amin(1, keepdim=True)).expand_as(piece) for piece in pieces
    ]
    return torch.cat(spreads, dim=1)


def _tiled(W: Tensor, size: int, step: Tensor) -> Iterator[Suspect]:
    """The scales of the right groups, met by other columns."""
    groups = -(-W.shape[1] // size)
    wrong = step[:, ::size][:, torch.arange(W.shape[1]) % groups]
    codes = (W / _safe(wrong)).round().clamp(-8, 7)
    yield "scales-tiled", codes * wrong
    yield "scales-tiled", codes * step


def absmax_of(W: Tensor, shared: Tensor) -> Tensor:
    """The absmax, at every weight, of those that have its number in ``shared`` (i64[r, c]): [r, c]."""
    largest = torch.zeros(int(shared.max()) + 1, dtype=W.dtype)
    largest = largest.scatter_reduce(0, shared.flatten(), W.abs().flatten(), "amax")
    return largest[shared]


def _snap(W: Tensor, step: Tensor) -> Tensor:
    return (W / _safe(step)).round().clamp(-8, 7) * step


def _stored(codes: Tensor) -> Iterator[Tensor]:
    yield codes.clamp(-7, 7)
    yield codes.clamp(-8, 7)
    yield (codes + 8).remainder(16) - 8


def _safe(step: Tensor) -> Tensor:
    return torch.where(step == 0, 1.0, step)
