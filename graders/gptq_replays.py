"""Whole runs of wrong ideas that leave no level to compare with: what they bring back on a plain grid."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from gptq_draws import Layer
from gptq_yardstick import damped, inverse_factor
from torch import Tensor

SAME_ROW = 1e-3  # of the row's largest weight
ENOUGH_ROWS = 0.4  # a weight that lies between two levels may fall to either, and changes its row only


def thought_of_run(layer: Layer, came: Tensor) -> str | None:
    """The idea whose run brings back most rows as they came, or None."""
    for idea, W_hat in runs(layer):
        near = (came - W_hat).abs() <= SAME_ROW * W_hat.abs().amax(dim=1, keepdim=True)
        if float(near.all(dim=1).double().mean()) >= ENOUGH_ROWS:
            return idea
    return None


def runs(layer: Layer) -> Iterator[tuple[str, Tensor]]:
    """Every idea with its run, f32[o, i]; an idea comes in several variants of its grid."""
    most = 2 ** (layer.bits - 1) - 1
    for divisor, lowest in ((most, -most), (most, -most - 1), (most + 1, -most - 1), (most + 0.5, -most - 1)):
        for from_given in (False, True):
            for whole in (False, True):
                yield "rounded-columns-changed", _all_changed(layer, divisor, lowest, from_given, whole)
        for bottom in (lowest, -8 * most):
            for from_given in (False, True):
                yield "scale-from-signed-max", _signed(layer, divisor, bottom, from_given)
        for window in ("rest", "group", "column"):
            yield "scale-found-anew", _anew(layer, divisor, lowest, window)


def _all_changed(layer: Layer, divisor: float, lowest: int, from_given: bool, whole: bool) -> Tensor:
    """Every correction goes to all other columns; with ``whole``, to the rounded one as well."""
    W = layer.W.double().clone()
    inverse = torch.linalg.inv(damped(layer.H, 0.01))
    for j in range(W.shape[1]):
        if j % layer.group_size == 0:
            source = layer.W.double() if from_given else W
            step = _step(source[:, j : j + layer.group_size], divisor)
        q = _snap(W[:, j], step, lowest, layer.bits)
        correction = ((W[:, j] - q) / inverse[j, j])[:, None] * inverse[j]
        if whole:
            W[:, j] = q
            W -= correction
        else:
            W -= correction
            W[:, j] = q
    return W.float()


def _signed(layer: Layer, divisor: float, lowest: int, from_given: bool) -> Tensor:
    """The scale comes from the largest weight with its sign; a very low ``lowest`` is no clamp."""
    W = layer.W.double().clone()
    U = inverse_factor(damped(layer.H, 0.01))
    for j in range(W.shape[1]):
        if j % layer.group_size == 0:
            source = layer.W.double() if from_given else W
            scale = source[:, j : j + layer.group_size].amax(dim=1) / divisor
            step = torch.where(scale > 0, scale, 1.0)
        q = _snap(W[:, j], step, lowest, layer.bits)
        W[:, j + 1 :] -= ((W[:, j] - q) / U[j, j])[:, None] * U[j, j + 1 :]
        W[:, j] = q
    return W.float()


def _anew(layer: Layer, divisor: float, lowest: int, window: str) -> Tensor:
    """The scale comes from the rest of the group, the whole group, or the column, at every column."""
    W = layer.W.double().clone()
    U = inverse_factor(damped(layer.H, 0.01))
    for j in range(W.shape[1]):
        start = j // layer.group_size * layer.group_size
        first, last = {
            "rest": (j, start + layer.group_size),
            "group": (start, start + layer.group_size),
            "column": (j, j + layer.group_size),
        }[window]
        q = _snap(W[:, j], _step(W[:, first:last], divisor), lowest, layer.bits)
        W[:, j + 1 :] -= ((W[:, j] - q) / U[j, j])[:, None] * U[j, j + 1 :]
        W[:, j] = q
    return W.float()


def _step(W: Tensor, divisor: float) -> Tensor:
    step = W.abs().amax(dim=1) / divisor
    return torch.where(step > 0, step, 1.0)


def _snap(w: Tensor, step: Tensor, lowest: int, bits: int) -> Tensor:
    return (w / step).round().clamp(lowest, 2 ** (bits - 1) - 1) * step
