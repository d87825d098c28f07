"""Which misconception lies behind a result of gptq: evidence in the result, and in a second call.

A second call (a *probe*) asks the learner's function about the same layer with one thing changed, and so
tells what it does with that thing.
"""

from __future__ import annotations

from typing import Any

import torch
from gptq_draws import Layer
from gptq_levels import (
    counted,
    cut_to_positive,
    thought_of_many,
    thought_of_places,
    thought_of_sharing,
)
from gptq_replays import thought_of_run
from gptq_rules import thought_behind, thought_of_rounding
from gptq_yardstick import OWN_FACTOR, damped, loss, own_loss
from torch import Tensor

from tutor.grading.proxy import SolutionError

PROBE_DAMPING = 0.02  # makes any H regular, and changes little


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
    few = bool((counted(given, came) <= 2**given.bits).all())
    return few and loss(given.W, came, given.H) <= OWN_FACTOR * own_loss(*given)


def thought_of_failure(learner: Learner, given: Layer) -> str | None:
    """Why a call raised, or returned what is not finite."""
    if bool((given.W == 0).all(dim=1).any()):
        spread = given.W + (given.W == 0) * 0.1 * given.W.abs().max() * _waves(given.W)
        return "zero-row-becomes-nan" if learner.ask(given._replace(W=spread)) is not None else None
    if (
        (given.W.shape[0] != given.W.shape[1])
        and not is_singular(given.H)
        and learner.ask(_square(given)) is not None
    ):
        return "rows-taken-for-columns"
    if is_singular(given.H):
        return "hessian-not-damped" if learner.serves(_damped(given)) else None
    whole = given.W.shape[1] // given.group_size * given.group_size
    if 0 < whole < given.W.shape[1]:
        cut = given._replace(W=given.W[:, :whole], H=given.H[:whole, :whole])
        return "short-group-forgotten" if learner.ask(cut) is not None else None
    return None


def thought_of_levels(learner: Learner, given: Layer, came: Tensor) -> str | None:
    """Why a row uses more values in a group than there are codes."""
    return (
        _ignores_bits(learner, given, came)
        or thought_of_many(given, came)
        or thought_of_run(given, came)
        or _takes_size_for_count(learner, given)
    )


def thought_of_loss(learner: Learner, given: Layer, came: Tensor) -> str | None:
    """Why a result on a grid loses too much."""
    thought = thought_behind(given, came)
    if thought == "damping-too-large" and learner.serves(_louder(given)):
        return "damping-has-a-unit"
    if thought:
        return thought
    if is_singular(given.H) and learner.serves(_damped(given)):
        return "hessian-not-damped"
    if cut_to_positive(given, came):
        return "scale-from-signed-max"
    return (
        _ignores_bits(learner, given, came)
        or thought_of_sharing(given, came)
        or thought_of_rounding(given, came)
        or thought_of_places(given, came)
    )


# --- probes -------------------------------------------------------------------------------------


def is_singular(H: Tensor) -> bool:
    values = torch.linalg.eigvalsh(H.double())
    return float(values.min()) < 1e-5 * float(values.mean())


def _damped(given: Layer) -> Layer:
    return given._replace(H=damped(given.H, PROBE_DAMPING).float())


def _square(given: Layer) -> Layer:
    """As many rows as columns, and one group: the rows of W again and again."""
    columns = given.W.shape[1]
    W = given.W.repeat(-(-columns // len(given.W)), 1)[:columns]
    return given._replace(W=W, H=damped(given.H, PROBE_DAMPING).float(), group_size=columns)


def _louder(given: Layer) -> Layer:
    """The same layer with inputs so large that no constant matters."""
    return given._replace(H=given.H * (1e6 / given.H.diagonal().mean()))


def _ignores_bits(learner: Learner, given: Layer, came: Tensor) -> str | None:
    other = learner.ask(given._replace(bits=given.bits + 1))
    return "bits-ignored" if other is not None and torch.equal(other, came) else None


def _takes_size_for_count(learner: Learner, given: Layer) -> str | None:
    groups = -(-given.W.shape[1] // given.group_size)
    came = learner.ask(given._replace(group_size=groups))
    known = came is not None and keeps_limits(given, came)
    return "group-size-taken-for-count" if known and groups != given.group_size else None


def _waves(W: Tensor) -> Tensor:
    return torch.arange(W.numel()).reshape(W.shape).float().sin()
