"""Which rule of passing errors on explains the levels that came.

A rule is a matrix C, zero but for the columns that are still to come: after column j was rounded, the columns
left lose (w_j − ŵ_j) · C[j]. Given Ŵ, the weights that each column held when its turn came follow without knowing
the grid: E = W' − Ŵ solves E (I + C) = W − Ŵ. Under the rule that was used, each ŵ is the nearest of the
levels of its row and group; under any other, many are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from gptq_draws import Layer
from gptq_yardstick import SAME_VALUE, damped, inverse_factor
from torch import Tensor

EXPLAINED = 0.985  # of the weights, by the rule that was used
ALL_BUT_TIES = 0.995  # by a rule without a number in it
NEARLY = 0.8  # by the rule that was used, with another damping
DAMPINGS_TRIED = (0.01, 0.1, 1e-3)
SLIGHT = 0.05  # a rule that passes on no larger share than this is no rule
BY_CHANCE = 0.02  # so much more than any right rule explains
RIGHT_DAMPINGS = (1e-4, 1e-3, 0.01, 0.03, 0.1)
LARGE_DAMPINGS = tuple(0.5 * 1.5**k for k in range(25))  # 0.5 … 8e3
FEWEST_LEVELS = 3  # as 2 bits have on both sides of zero
NOTHING_PASSED = ("no-error-propagation", "damping-too-large")
WITH_A_UNIT = ("not-divided-by-the-diagonal", "divided-by-another-diagonal")
USUAL_BLOCKS = (16, 32, 64, 128)


class Rule(NamedTuple):
    """A rule, the idea behind it (None: it is right), and the order of the columns."""

    idea: str | None
    C: Tensor  # f64[i, i], in the order of the columns
    order: Tensor  # i64[i]
    from_original: bool = False  # the error is taken from the weight before any correction
    of_rows: bool = False  # rows are rounded one after another: C is f64[o, o]


def thought_behind(layer: Layer, came: Tensor) -> str | None:
    """The idea whose rule explains what came, where no right rule does; or None."""
    right = max(share_explained(layer, came, rule) for rule in right_rules(layer))
    for damping in DAMPINGS_TRIED:
        shares = [(share_explained(layer, came, rule), rule.idea) for rule in wrong_rules(layer, damping)]
        best, idea = max(shares, key=lambda one: one[0])
        if best >= EXPLAINED and best > right + BY_CHANCE:
            return idea if idea != "no-error-propagation" or best >= ALL_BUT_TIES else None
        if best < NEARLY:
            return None
    return None


def thought_of_rounding(layer: Layer, came: Tensor) -> str | None:
    """Whether a right rule was followed and codes were cut off instead of rounded."""
    for rule in right_rules(layer):
        held = held_by(layer, came, rule)
        below, toward = _next_level(layer, came, held)
        if max(below, toward) >= EXPLAINED and share_explained(layer, came, rule) < 0.8:
            return "truncated-not-rounded"
    return None


# --- the rules ----------------------------------------------------------------------------------


def wrong_rules(layer: Layer, damping: float) -> Iterator[Rule]:
    """The wrong ideas; those that pass on next to nothing here are left out, since they can't be told apart."""
    H = damped(layer.H, damping)
    natural = torch.arange(len(H))
    yield Rule("no-error-propagation", torch.zeros_like(H), natural)
    for large in LARGE_DAMPINGS:
        yield Rule("damping-too-large", _per_diagonal(inverse_factor(damped(layer.H, large))), natural)
    yield from (rule for rule in _passing_rules(layer, H) if float(rule.C.abs().max()) > SLIGHT)


def _passing_rules(layer: Layer, H: Tensor) -> Iterator[Rule]:
    natural = torch.arange(len(H))
    for order in orders(layer)[:2]:
        U = inverse_factor(H[order][:, order])
        inverse = U.T @ U
        right = _per_diagonal(U)
        yield Rule("error-with-wrong-sign", -right, order)
        yield Rule("error-from-the-original-weights", right, order, from_original=True)
        yield Rule("not-divided-by-the-diagonal", U.triu(1), order)
        yield Rule("not-divided-by-the-diagonal", inverse.triu(1), order)
        yield Rule("not-divided-by-the-diagonal", U.triu(1) * U.diagonal()[:, None], order)
        yield Rule("divided-by-another-diagonal", U.triu(1) / U.diagonal().square()[:, None], order)
        yield Rule("divided-by-another-diagonal", U.triu(1) / inverse.diagonal()[:, None], order)
        yield Rule("divided-by-another-diagonal", inverse.triu(1) / U.diagonal()[:, None], order)
        yield Rule("divided-by-another-diagonal", inverse.triu(1) / U.diagonal().square()[:, None], order)
        yield Rule("inverse-not-updated", _per_diagonal(inverse), order)
        yield from _not_inverted(H[order][:, order], order)
    U = inverse_factor(H)
    yield from _cut(_per_diagonal(U), layer.group_size, natural)
    rows = len(layer.W)
    if rows <= len(H):
        C = _per_diagonal(U)[:rows, :rows]
        yield Rule("rows-taken-for-columns", C, natural[:rows], of_rows=True)


def right_rules(layer: Layer) -> Iterator[Rule]:
    """The rules of right solutions: every damping that is usual, in every order of the columns."""
    for damping in RIGHT_DAMPINGS:
        H = damped(layer.H, damping)
        for order in orders(layer):
            yield Rule(None, _per_diagonal(inverse_factor(H[order][:, order])), order)


def orders(layer: Layer) -> tuple[Tensor, ...]:
    """From left to right, by falling diagonal (the paper's code), and from right to left."""
    natural = torch.arange(len(layer.H))
    return natural, activation_order(layer), natural.flip(0)


def activation_order(layer: Layer) -> Tensor:
    """i64[i]: columns by falling diagonal of H, "act-order" in the paper's code."""
    return layer.H.diagonal().argsort(descending=True, stable=True)


def _not_inverted(H: Tensor, order: Tensor) -> Iterator[Rule]:
    """H, or its factor, in the place of the inverse and its factor."""
    L = torch.linalg.cholesky(H)
    other = torch.linalg.inv(L)
    yield Rule("hessian-not-inverted", _per_diagonal(H), order)
    yield Rule("hessian-not-inverted", H.triu(1), order)
    yield Rule("hessian-not-inverted", _per_diagonal(L.T), order)
    yield Rule("hessian-not-inverted", L.T.triu(1), order)
    yield Rule("cholesky-before-the-inverse", _per_diagonal(other.T), order)
    yield Rule("cholesky-before-the-inverse", other.T.triu(1), order)


def _cut(C: Tensor, group_size: int, order: Tensor) -> Iterator[Rule]:
    """Errors that stay in the group, or in a block of a usual size."""
    column = torch.arange(len(C))
    for width in (group_size, *USUAL_BLOCKS):
        if width < len(C):
            block = column // width
            yield Rule("error-stops-at-the-group", C * (block[:, None] == block), order)


def _per_diagonal(M: Tensor) -> Tensor:
    """The right of each row's diagonal, divided by it."""
    return M.triu(1) / M.diagonal()[:, None]


# --- how much a rule explains -------------------------------------------------------------------


def share_explained(layer: Layer, came: Tensor, rule: Rule) -> float:
    """The share of weights that came as the nearest level of their row and group, in groups of a few levels."""
    held, W_hat = held_by(layer, came, rule), came.double()
    matches = []
    for w, q in _groups(layer, held, W_hat):
        distance = (w[:, :, None] - q[:, None, :]).abs().amin(dim=2)
        matches.append(((w - q).abs() <= distance + _slack(q)).flatten())
    return float(torch.cat(matches).double().mean()) if matches else 0.0


def held_by(layer: Layer, came: Tensor, rule: Rule) -> Tensor:
    """The weights that the columns held when their turn came, f64[o, i]."""
    if rule.of_rows:
        turned = layer._replace(W=layer.W.T)
        return held_by(turned, came.T, rule._replace(of_rows=False)).T
    error = (layer.W.double() - came.double())[:, rule.order]
    held = torch.empty_like(error)
    if rule.from_original:
        held[:, rule.order] = layer.W.double()[:, rule.order] - error @ rule.C
        return held
    unit = rule.C + torch.eye(len(rule.C), dtype=torch.float64)
    passed = torch.linalg.solve_triangular(unit, error, upper=True, left=False)
    held[:, rule.order] = came.double()[:, rule.order] + passed
    return held


def _next_level(layer: Layer, came: Tensor, held: Tensor) -> tuple[float, float]:
    """The shares of weights that came as the next level below, and as the next level toward zero."""
    below, toward = [], []
    for w, q in _groups(layer, held, came.double()):
        slack = _slack(q)
        between = q[:, None, :]
        over = (between > q[:, :, None] + slack[:, :, None]) & (between <= w[:, :, None])
        under = (between < q[:, :, None] - slack[:, :, None]) & (between >= w[:, :, None])
        is_below = (q <= w + slack) & ~over.any(dim=2)
        is_above = (q >= w - slack) & ~under.any(dim=2)
        below.append(is_below.flatten())
        toward.append(torch.where(w >= 0, is_below, is_above).flatten())
    if not below:
        return 0.0, 0.0
    return float(torch.cat(below).double().mean()), float(torch.cat(toward).double().mean())


def _groups(layer: Layer, held: Tensor, W_hat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Group by group, the weights held and those that came, of rows that use a few levels."""
    for w, q in zip(held.split(layer.group_size, 1), W_hat.split(layer.group_size, 1), strict=True):
        row = q.sort(dim=1).values
        used = 1 + (row.diff(dim=1) > _slack(q)).sum(dim=1)
        live = used >= FEWEST_LEVELS
        if bool(live.any()):
            yield w[live], q[live]


def _slack(q: Tensor) -> Tensor:
    return SAME_VALUE * q.abs().amax(dim=1, keepdim=True)
