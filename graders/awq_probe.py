"""Which wrong idea the learner's functions hold, asked on layers of the judge's own.

On the layer of a failing check two ideas may give the same. On these they don't, and they are always the same
layers: so one wrong idea gets one name, whichever check it fails. Nothing is judged on them.
"""

from __future__ import annotations

from typing import Any

import torch
from awq_draws import large_and_loud, layer
from awq_suspects import is_flat, thought_of_scales, thought_of_weights
from awq_yardstick import LOOSE_FACTOR, Layer
from torch import Tensor

from tutor.grading.draw import Draw
from tutor.grading.proxy import SolutionError

SEED = 24


def square_probe() -> Layer:
    """As many tokens and outputs as channels, half of them loud; tokens and groups differ in size, too."""
    draw = Draw(SEED, "square")
    part = layer(draw, (48, 48, 48), 4, 32, share=0.5)
    tokens = torch.exp(0.7 * draw.normal(48).clamp(-2, 2))[:, None]
    groups = torch.where(torch.arange(48) < 32, 1.0, 3.0)
    return Layer(part.W, part.X * tokens * groups, 4, 32)


def wide_probe() -> Layer:
    """Nine groups in a row, of different size: rounding by the row, or by 128 columns, is told apart."""
    return layer(Draw(SEED, "wide"), (12, 12, 288), 4, 32, apart=True)


def thought_behind(
    solution: Any, part: Layer, s: Tensor, came: Tensor, *, searched: bool = True
) -> str | None:
    """The misconception behind ``came``, what ``apply_awq`` made of ``part`` with the scales ``s``, or None.

    Args:
        searched: whether ``s`` is the learner's own. Where the judge gave it, no search is to blame; nor is it where
            ``apply_awq``, by which candidates are compared, rounds otherwise than it should.
    """
    probes = square_probe(), wide_probe()
    for probe in probes:
        if found := _thought_of_rounding(solution, probe):
            return found
    found = None
    if searched and all(_rounds_well(solution, probe) for probe in probes):
        found = _thought_of_search(solution)
    return found or thought_of_weights(part, s, came)


def _rounds_well(solution: Any, part: Layer) -> bool:
    """Whether ``apply_awq`` does with the judge's scales about what rounding can do."""
    s = part.best[1].float()
    came = solution.apply_awq(part.W, s, part.bits, part.group_size)
    count, on_grid = part.values(came, s)
    return count <= part.levels and part.loss(on_grid) <= LOOSE_FACTOR * part.search_loss


def _thought_of_rounding(solution: Any, part: Layer) -> str | None:
    """The misconception of ``apply_awq``, given two different scales."""
    s = part.best[1].float()
    came, other = (
        solution.apply_awq(part.W, given, part.bits, part.group_size) for given in (s, s.flip(0).contiguous())
    )
    found = thought_of_weights(part, s, came)
    return found or ("scales-given-ignored" if torch.equal(came, other) else None)


def _thought_of_search(solution: Any) -> str | None:
    """The misconception of ``awq_scales``."""
    for part in (square_probe(), large_and_loud(Draw(SEED, "large and loud"))):
        came = _scales_of(solution, part)
        if came is None:
            return _thought_of_shape(solution)
        if not is_flat(came):
            return thought_of_scales(part, came)
    return "nothing-scaled"


def _thought_of_shape(solution: Any) -> str | None:
    """Why ``awq_scales`` serves only square layers."""
    for idea, shape in (("tokens-for-channels", (48, 24, 48)), ("scales-per-output", (24, 48, 48))):
        if _scales_of(solution, layer(Draw(SEED, idea), shape, 4, 32)) is not None:
            return idea
    return None


def _scales_of(solution: Any, part: Layer) -> Tensor | None:
    """What ``awq_scales`` returns for ``part``, f[i]; None if it is not that, or the function raises."""
    try:
        came = solution.awq_scales(part.W, part.X, part.bits, part.group_size)
    except SolutionError:
        return None
    right = isinstance(came, Tensor) and came.shape == (part.W.shape[1],)
    return came if right else None
