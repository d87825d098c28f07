"""Which misconception lies behind a result of gptq: evidence in the result, and in a second call.

A second call (a *probe*) asks the learner's function about the same layer with one thing changed, and so
tells what it does with that thing.
"""

from __future__ import annotations

from typing import Any

import torch
from gptq_draws import Layer
from gptq_levels import (
    close_to,
    counted,
    cut_to_positive,
    thought_of_many,
    thought_of_places,
    thought_of_sharing,
)
from gptq_replays import thought_of_run
from gptq_rules import NOTHING_PASSED, WITH_A_UNIT, thought_behind, thought_of_rounding
from gptq_yardstick import OWN_FACTOR, damped, loss, own_loss
from torch import Tensor

from tutor.grading.proxy import SolutionError

PROBE_DAMPING = 0.02  # makes any H regular, and changes little
SMALL = 0.1  # weights for which a constant in the scale may matter


class Learner:
    """The learner's function, asked again."""

    def __init__(self, solution: Any) -> None:
        self._solution = solution

    def ask(self, given: Layer) -> Tensor | None:
        """What comes for a layer; None if it is not finite weights of its shape."""
        try:
            came = self._solution.gptq(*given)
        except SolutionError:
            return None
        good = isinstance(came, Tensor) and came.shape == given.W.shape and bool(came.isfinite().all())
        return came.float() if good else None

    def serves(self, given: Layer) -> bool:
        """Whether a layer comes back on a grid and within the limit."""
        came = self.ask(given)
        return came is not None and keeps_limits(given, came)


def keeps_limits(given: Layer, came: Tensor) -> bool:
    """Whether f32[o, i] takes at most 2^bits values a row and group, and loses at most 1.7 times the judge's own."""
    few = bool((counted(given, came) <= 2**given.bits).all())
    return few and loss(given.W, came, given.H) <= OWN_FACTOR * own_loss(*given)


def thought_of_failure(learner: Learner, given: Layer) -> str | None:
    """Why a call raised, or returned what is not finite."""
    flat = _has_flat_group(given)
    if bool(flat.any()) and learner.ask(given._replace(W=given.W[~flat])) is not None:
        return "zero-row-becomes-nan"
    if is_singular(given.H) and (thought := _thought_of_damping(learner, given)):
        return thought
    if learner.ask(_whole_groups(given)) is not None:
        return "short-group-forgotten"
    return "rows-taken-for-columns" if learner.ask(_square(given)) is not None else None


def thought_of_levels(learner: Learner, given: Layer, came: Tensor) -> str | None:
    """Why a row uses more values in a group than there are codes."""
    if close_to(given.W, came):
        return "nothing-is-rounded"
    return (
        _ignores_bits(learner, given, came)
        or thought_of_run(given, came)
        or thought_of_many(given, came)
        or _takes_size_for_count(learner, given)
    )


def thought_of_loss(learner: Learner, given: Layer, came: Tensor) -> str | None:
    """Why a result on a grid loses too much."""
    if float(given.W.abs().max()) < SMALL and learner.serves(given._replace(W=given.W / given.W.abs().max())):
        return "epsilon-hides-small-groups"
    thought = thought_behind(given, came)
    if thought in NOTHING_PASSED:
        return _thought_of_size(learner, given) or thought
    if thought in WITH_A_UNIT and _thought_at(learner, _sized(given, 7.0)) != thought:
        return None  # a share of the errors is passed on, whatever the unit
    if thought:
        return thought
    shared = thought_of_sharing(given, came)
    if shared in ("one-scale-for-all", "one-scale-for-all-rows"):
        return shared
    if is_singular(given.H) and (thought := _thought_of_damping(learner, given)):
        return thought
    if cut_to_positive(given, came):
        return "scale-from-signed-max"
    return (
        _ignores_bits(learner, given, came)
        or shared
        or thought_of_rounding(given, came)
        or thought_of_places(given, came)
        or thought_of_run(given, came)
    )


# --- probes -------------------------------------------------------------------------------------


def is_singular(H: Tensor) -> bool:
    """Whether H, f32[i, i], can't be inverted in float32: an eigenvalue is below 1e-5 of their mean."""
    values = torch.linalg.eigvalsh(H.double())
    return float(values.min()) < 1e-5 * float(values.mean())


def _thought_of_damping(learner: Learner, given: Layer) -> str | None:
    """What is wrong with the damping of a singular H: a fixed number swamps it where inputs are tiny."""
    if not learner.serves(given._replace(H=damped(given.H, PROBE_DAMPING).float())):
        return None
    fixed = _thought_at(learner, _sized(given, 1e-6)) in NOTHING_PASSED
    return "damping-has-a-unit" if fixed else "hessian-not-damped"


def _thought_of_size(learner: Learner, given: Layer) -> str | None:
    """Whether it is the size of the inputs that keeps errors from being passed on, and why."""
    if learner.serves(_sized(given, 1e6)):
        return "damping-has-a-unit"
    thought = _thought_at(learner, _sized(given, 1.0))
    return None if thought in NOTHING_PASSED else thought


def _thought_at(learner: Learner, given: Layer) -> str | None:
    came = learner.ask(given)
    return None if came is None else thought_behind(given, came)


def _sized(given: Layer, size: float) -> Layer:
    """The same layer with smaller or larger inputs."""
    return given._replace(H=given.H * (size / given.H.diagonal().mean()))


def _has_flat_group(given: Layer) -> Tensor:
    """Which rows have a group that holds one value only, zeros for instance: bool[o]."""
    pieces = given.W.split(given.group_size, dim=1)
    flat = torch.stack([(piece == piece[:, :1]).all(dim=1) & (piece.shape[1] > 1) for piece in pieces], dim=1)
    return flat.any(dim=1)


def _whole_groups(given: Layer) -> Layer:
    """The layer without the columns of its short last group, or with all of them in one."""
    columns = given.W.shape[1] // given.group_size * given.group_size or given.W.shape[1]
    W, H = given.W[:, :columns], given.H[:columns, :columns]
    return given._replace(W=W, H=H, group_size=min(given.group_size, columns))


def _square(given: Layer) -> Layer:
    """As many rows as columns, and one group: the rows of W again and again."""
    columns = given.W.shape[1]
    W = given.W.repeat(-(-columns // len(given.W)), 1)[:columns]
    return given._replace(W=W, H=damped(given.H, PROBE_DAMPING).float(), group_size=columns)


def _ignores_bits(learner: Learner, given: Layer, came: Tensor) -> str | None:
    other = learner.ask(given._replace(bits=given.bits + 1))
    return "bits-ignored" if other is not None and torch.equal(other, came) else None


def _takes_size_for_count(learner: Learner, given: Layer) -> str | None:
    groups = -(-given.W.shape[1] // given.group_size)
    came = learner.ask(given._replace(group_size=groups))
    known = came is not None and keeps_limits(given, came)
    return "group-size-taken-for-count" if known and groups != given.group_size else None
