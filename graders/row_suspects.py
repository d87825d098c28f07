"""What wrong ideas about one scale for each row give on a given matrix, and which of them came.

A suspect is the matrix that a wrong idea brings back. It is compared with what came in steps of the
right grid, row by row, so that small rows count as much as large ones; and it must explain the
*error*, not merely resemble the weights: any half-decent round trip does that.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from tutor.grading.checks import nearest

SAME = 0.1  # how far an error may be from a suspect's, relative to the suspect's
EPSILONS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)

Suspect = tuple[str, Tensor]


def thought_behind(W: Tensor, q: Tensor, scale: Tensor, came: Tensor) -> str | None:
    """The misconception that explains what came back for ``W``, or None.

    Args:
        W: f32[r, c].
        q, scale: the learner's codes and scales, of the right form.
        came: f32[r, c], what the learner's dequantize_rows made of them.
    """
    step = W.abs().amax(dim=1, keepdim=True).double() / 127
    live = step[:, 0] > 0
    if not bool(live.any()):
        return None
    found = _nearest_suspect(W, suspects(W, q, scale), came, step, live)
    if found or not bool(came.isfinite().all()):
        return found
    if _one_scale(W[live], scale.flatten()[live]):
        return "one-scale-for-all"
    return "clipping-searched" if _mildly_clipped(W[live], came[live], step[live]) else None


def _nearest_suspect(
    W: Tensor, ideas: Iterator[Suspect], came: Tensor, step: Tensor, live: Tensor
) -> str | None:
    errors: dict[str, Tensor] = {}
    for number, (idea, W_hat) in enumerate(ideas):
        errors[f"{idea}--{number}"] = ((W_hat.double() - W) / step)[live]
    mine = ((came.double() - W) / step)[live]
    best = nearest(mine, errors, tolerance=SAME)
    if best is None:
        return None
    # Two ideas can give the same matrix (a row lost to either). Then there is no evidence for one of them.
    idea = best.split("--")[0]
    rivals = (name for name, error in errors.items() if torch.equal(error, errors[best]))
    return idea if all(name.startswith(f"{idea}--") for name in rivals) else None


def suspects(W: Tensor, q: Tensor, stored: Tensor) -> Iterator[Suspect]:
    """Every idea with what it brings back; an idea may come in several variants.

    ``q`` and ``stored`` are the learner's codes and scales.
    """
    magnitude = W.abs()
    absmax = magnitude.amax(dim=1, keepdim=True)
    scale = absmax / 127
    for idea, step in _steps(W, magnitude, absmax):
        yield from ((idea, W_hat) for W_hat in _with_that_step(W, step))
    for rounding in (torch.trunc, torch.floor, torch.ceil):
        yield "truncated-not-rounded", rounding(W / _divisor(scale)).clamp(-128, 127) * scale
    yield "half-added-then-cut", (W / _divisor(scale) + 0.5).trunc().clamp(-128, 127) * scale
    codes = (W / _divisor(scale)).round()
    for half in (torch.float16, torch.bfloat16):
        yield "scale-rounded-after-use", codes * scale.to(half).float()
    if bool((stored != 1).any()):
        yield "codes-not-scaled-back", q.float()
    if W.shape[0] == W.shape[1]:
        turned = _divisor(scale.T)
        yield "scale-on-the-wrong-axis", codes * turned
        for row_codes in _into_int8((W / turned).round()):
            yield "scale-on-the-wrong-axis", row_codes * turned
            yield "scale-on-the-wrong-axis", row_codes * scale


def _steps(W: Tensor, magnitude: Tensor, absmax: Tensor) -> Iterator[Suspect]:
    """Ideas that differ in the size of the step, which broadcasts over the matrix."""
    scale = absmax / 127
    yield "one-scale-for-all", (magnitude.max() / 127).reshape(1, 1)
    yield "scales-per-column", magnitude.amax(dim=0, keepdim=True) / 127
    yield "scale-from-signed-max", W.amax(dim=1, keepdim=True) / 127
    spread = W.amax(dim=1, keepdim=True) - W.amin(dim=1, keepdim=True)
    yield from (("scale-from-the-range", spread / levels) for levels in (254, 255, 256))
    yield "scale-from-average", magnitude.mean(dim=1, keepdim=True) / 127
    if W.shape[1] > 1:
        yield "scale-from-average", W.std(dim=1, keepdim=True) / 127
    yield "scale-from-norm", W.norm(dim=1, keepdim=True) / 127
    yield "scale-from-norm", magnitude.sum(dim=1, keepdim=True) / 127
    yield "divided-by-128", absmax / 128
    yield from (("all-levels-on-one-side", absmax / levels) for levels in (255, 256))
    yield "scale-rounded-to-integer", scale.round()
    yield "scale-rounded-to-integer", scale.ceil()
    yield "scale-rounded-to-integer", scale.round().clamp(min=1)
    for epsilon in EPSILONS:
        for step in (scale + epsilon, scale.clamp(min=epsilon), torch.where(scale < epsilon, 1.0, scale)):
            yield "epsilon-hides-small-rows", step
        for widened in (
            absmax + epsilon,
            absmax.clamp(min=epsilon),
            torch.where(absmax < epsilon, 127.0, absmax),
        ):
            yield "epsilon-hides-small-rows", widened / 127


def _with_that_step(W: Tensor, step: Tensor) -> Iterator[Tensor]:
    for codes in _into_int8((W / _divisor(step)).round()):
        yield codes * step


def _into_int8(codes: Tensor) -> Iterator[Tensor]:
    """Codes as int8 holds them: clipped to either range, or wrapped around."""
    yield codes.clamp(-127, 127)
    yield codes.clamp(-128, 127)
    yield (codes + 128).remainder(256) - 128


def _divisor(step: Tensor) -> Tensor:
    return torch.where(step == 0, 1.0, step)


def _one_scale(W: Tensor, scale: Tensor) -> bool:
    """Whether all rows have one scale, that of the whole matrix, though their absmaxes differ."""
    absmax = W.abs().amax(dim=1)
    steps = 127 * scale.double() / absmax.max()
    return bool(absmax.max() > 1.5 * absmax.min() and (steps - 1).abs().max() <= 0.02 and steps.std() <= 1e-6)


def _mildly_clipped(W: Tensor, came: Tensor, step: Tensor) -> bool:
    """Whether weights moved too far only where they lie beyond the largest that came back in their row,
    while the error of the whole is still that of a good grid."""
    error = (came.double() - W).abs() / step
    moved = error > 0.525
    edge = came.abs().amax(dim=1, keepdim=True).expand_as(W)
    at_edge = (came.abs() >= 0.99 * edge) & (W.abs() > edge)
    return bool(moved.any() and at_edge[moved].all() and error.square().mean().sqrt() < 1.5 / 12**0.5)
