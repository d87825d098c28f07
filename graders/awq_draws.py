"""Layers for awq, drawn fresh: a few input channels are loud, and their weights are small.

In every group of columns the activations of some channels are tens of times as large as the others, and the
weights that they meet a tenth: so rounding without scales loses most of what these channels carry. Half of the
loud channels have mean 0, and the quiet ones have not, so that only a magnitude tells which are loud.
"""

from __future__ import annotations

from typing import Any

import torch
from awq_yardstick import Layer
from torch import Tensor

LOUD, SMALL = 60.0, 0.1
APART = 7.0  # how much larger one group of each row is, where groups differ


def layer(
    draw: Any,
    shape: tuple[int, int, int],
    bits: int,
    group_size: int,
    *,
    share: float = 0.15,
    apart: bool = False,
    decoys: bool = False,
) -> Layer:
    """One layer with loud channels in every group.

    Args:
        shape: tokens, outputs, input channels.
        share: how many channels of a group are loud.
        apart: one group of each row is seven times as large as the others.
        decoys: the weights alone do not tell which channels are loud (see ``_with_decoys``).
    """
    tokens, outputs, channels = shape
    loud = _loud(draw, channels, group_size, share)
    X = draw.normal(tokens, channels)
    if tokens > 1:
        swinging = loud & (torch.cumsum(loud, 0) % 2 == 0)
        X[:, swinging] -= X[:, swinging].mean(dim=0)
        X[:, loud & ~swinging] = X[:, loud & ~swinging].abs()
        X[:, ~loud] += 0.5 * torch.where(draw.normal(int((~loud).sum())) > 0, 1.0, -1.0)
    else:
        X = torch.where(X < 0, -1.0, 1.0) * (0.5 + X.abs())
    X = X * _uneven(draw, channels, 0.3) * torch.where(loud, 2.5 * LOUD if decoys else LOUD, 1.0)
    X = X * min(10 ** draw.uniform(-0.3, 0.3), 900.0 / float(X.abs().max()))
    W = draw.normal(outputs, channels) * torch.where(loud, SMALL, 1.0) * _uneven(draw, channels, 0.2)
    W = torch.where(loud & (W > 0), 0.75 * W, W)  # the extremes are negative: a grid of −8 … 7 holds them
    if decoys:
        W = _with_decoys(draw, W, loud)
    if apart:
        W = W * _one_large_group(draw, outputs, channels, group_size)
    return Layer(W * 10 ** draw.uniform(-0.7, 0.3), X, bits, group_size)


def large_and_loud(draw: Any) -> Layer:
    """The loud channels have the largest weights: scales by either do some good. Not square."""
    channels, outputs = 64, 24
    loud = _loud(draw, channels, 32, 0.06)
    W = draw.normal(outputs, channels) * torch.where(loud, 1.5, _uneven(draw, channels, 0.15))
    X = draw.normal(40, channels) * torch.where(loud, LOUD, 1.0)
    return Layer(W, X * torch.where(torch.arange(channels) < 32, 1.0, 3.0), 4, 32)


def alike(draw: Any, shape: tuple[int, int, int], bits: int, group_size: int) -> Layer:
    """All channels are equally loud: every activation is one number or its negative."""
    tokens, outputs, channels = shape
    X = torch.where(draw.normal(tokens, channels) > 0, 1.0, -1.0) * draw.uniform(0.3, 3.0)
    return Layer(draw.normal(outputs, channels) * draw.uniform(0.3, 2.0), X, bits, group_size)


def _with_decoys(draw: Any, W: Tensor, loud: Tensor) -> Tensor:
    """Most quiet channels with weights that are mostly small, and two rows in which those of loud ones are larger.

    Scales from the weights alone, in whichever direction, then favour channels that need none, or miss the loud.
    """
    rows = len(W)
    for row in draw.permutation(rows)[:2]:
        W[row, loud] = -5.0 * W[row, loud].abs()
    quiet = (~loud).nonzero()[:, 0]
    for channel in quiet[draw.permutation(len(quiet))][: 4 * len(quiet) // 5]:
        W[draw.permutation(rows)[max(1, 3 * rows // 20) :], channel] *= 0.03
    return W


def _loud(draw: Any, channels: int, group_size: int, share: float) -> Tensor:
    """bool[channels], the same share of every group."""
    parts = []
    for group in torch.arange(channels).split(group_size):
        count = max(1, round(share * len(group)))
        parts.append(draw.permutation(len(group)) < count)
    return torch.cat(parts)


def _uneven(draw: Any, channels: int, spread: float) -> Tensor:
    return torch.exp(spread * draw.normal(channels).clamp(-2.0, 2.0))


def _one_large_group(draw: Any, rows: int, columns: int, group_size: int) -> Tensor:
    """Sizes f32[rows, columns]: 1 in one group of each row, 1/7 in the others."""
    groups = -(-columns // group_size)
    large = draw.permutation(rows) % groups
    column_groups = torch.arange(columns) // group_size
    return torch.where(column_groups[None, :] == large[:, None], 1.0, 1.0 / APART)


def with_dead_channels(draw: Any, shape: tuple[int, int, int], bits: int, group_size: int) -> Layer:
    """A layer in which some channels have no activations, some no weights, and some neither.

    The quiet ones of the live channels are about 1, and dead ones have small weights: whatever positive s a
    dead channel is given, it costs the others little.
    """
    part = layer(draw, shape, bits, group_size)
    X, W = part.X / part.loudness.min().float(), part.W.clone()
    quiet = (part.loudness < part.loudness.max() / 10).nonzero()[:, 0]
    dead = quiet[draw.permutation(len(quiet))][:9]
    W[:, dead[:6]] *= SMALL
    X[:, dead[:6]] = 0.0
    W[:, dead[4:]] = 0.0
    return Layer(W, X, bits, group_size)


def with_zeros(draw: Any, shape: tuple[int, int, int], bits: int, group_size: int) -> tuple[Layer, Tensor]:
    """A layer with a row of zeros, a group of zeros in each of some rows, and a token of zeros.

    Returns:
        The layer, and where its weights are in such a row or group: bool[o, i].
    """
    part = layer(draw, shape, bits, group_size)
    rows, columns = part.W.shape
    row = draw.permutation(rows)
    zero = torch.zeros(rows, columns, dtype=torch.bool)
    zero[row[0]] = True
    for other in row[1:4]:
        start = draw.integer(0, -(-columns // group_size) - 1) * group_size
        zero[other, start : start + group_size] = True
    X = part.X.clone()
    X[draw.integer(0, len(X) - 1)] = 0.0
    return Layer(part.W.masked_fill(zero, 0.0), X, bits, group_size), zero
