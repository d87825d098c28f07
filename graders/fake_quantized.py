"""Values rounded to a grid and brought back: what wrong ideas give, and which of them came.

The *error* of what came is compared with a suspect's, in steps of the right grid.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from calibration_ranges import levels
from torch import Tensor

from tutor.grading.checks import nearest

SAME = 0.1  # how far an error may be from a suspect's, relative to the suspect's

RIGHT = "right"  # rules out suspects that give on this input what is asked for

Suspect = tuple[str, Tensor]


def thought_of_static(X: Tensor, clip: float, bits: int, came: Tensor) -> str | None:
    """The misconception behind ``came``, what X became on the grid of the range ``clip``."""
    if not bool(came.isfinite().all()):
        return "zero-range-becomes-nan" if clip == 0 else None
    if clip == 0:
        return None
    return _nearest(X.double(), came, clip / levels(bits), _static(X.double(), clip, bits))


def thought_of_dynamic(X: Tensor, bits: int, came: Tensor) -> str | None:
    """The misconception behind ``came``, what X became with a range for each token."""
    absmax = X.double().abs().amax(dim=1, keepdim=True)
    live = absmax[:, 0] > 0
    if not bool(came[live].isfinite().all()):
        return None
    if not bool(came.isfinite().all()):
        return "zero-range-becomes-nan"
    suspects = ((idea, value[live]) for idea, value in _dynamic(X.double(), absmax, bits))
    return _nearest(X.double()[live], came[live], absmax[live] / levels(bits), suspects)


def _static(X: Tensor, clip: float, bits: int) -> Iterator[Suspect]:
    top, step = levels(bits), torch.full((1, 1), clip / levels(bits), dtype=torch.float64)
    yield RIGHT, _rounded(X, step, top)
    for absmax in (
        X.abs().max().reshape(1, 1),
        X.abs().amax(dim=1, keepdim=True),
        X.abs().amax(dim=0, keepdim=True),
    ):
        yield "static-range-recomputed", _rounded(X, absmax / top, top)
    least = X.abs().max().clamp(max=clip).reshape(1, 1)
    yield "static-range-recomputed", _rounded(X, least / top, top)
    codes = (X / step).round()
    yield "not-clipped", codes * step
    for width in (256, 2**bits):
        yield "not-clipped", ((codes + width // 2).remainder(width) - width // 2) * step
    yield from _on_other_grids(X, step * top, bits)
    yield "codes-clipped-to-one", (X / step).clamp(-1, 1).round() * step
    yield "nothing-is-rounded", X.clamp(-clip, clip)
    for limit in (1, top, top + 1):
        yield "scale-instead-of-range", (X / clip).round().clamp(-limit, limit) * clip


def _dynamic(X: Tensor, absmax: Tensor, bits: int) -> Iterator[Suspect]:
    top = levels(bits)
    yield RIGHT, _rounded(X, absmax / top, top)
    yield "one-scale-for-all", _rounded(X, absmax.max().reshape(1, 1) / top, top)
    yield "scales-per-column", _rounded(X, X.abs().amax(dim=0, keepdim=True) / top, top)
    yield "nothing-is-rounded", X
    signed = X.amax(dim=1, keepdim=True) / top
    for wide in (False, True):
        yield "scale-from-signed-max", _rounded(X, signed, top, wide=wide)
    yield "scale-from-signed-max", _rounded(X, signed, 10**9)
    for spread in (X.amax(dim=1, keepdim=True) - X.amin(dim=1, keepdim=True),):
        for steps in (2 * top, 2 * top + 1):
            yield "scale-from-the-range", _rounded(X, spread / steps, top)
            yield "scale-from-the-range", _rounded(X, spread / steps, top, wide=True)
    yield from _on_other_grids(X, absmax, bits)


def _on_other_grids(X: Tensor, absmax: Tensor, bits: int) -> Iterator[Suspect]:
    """Ideas of the codes, which static and dynamic ranges share."""
    top = levels(bits)
    step = absmax / top
    for other in (4, 8):
        if other != bits:
            yield "bits-ignored", _rounded(X, absmax / levels(other), levels(other))
            yield "bits-ignored", _rounded(X, absmax / levels(other), levels(other), wide=True)
    for wide in (False, True):
        yield "divided-by-128", _rounded(X, absmax / (top + 1), top, wide=wide)
        yield from (
            ("all-levels-on-one-side", _rounded(X, absmax / steps, top, wide=wide))
            for steps in (2 * top + 1, 2 * top + 2)
        )
    yield "all-levels-on-one-side", _rounded(X, absmax / (2 * top + 1), 2 * top + 1)
    for cut in (torch.trunc, torch.floor):
        yield "truncated-not-rounded", cut(X / _divisor(step)).clamp(-top - 1, top) * step
        yield "truncated-not-rounded", cut(X / _divisor(step)).clamp(-top, top) * step
    yield "codes-not-scaled-back", (X / _divisor(step)).round().clamp(-top, top)


def _rounded(X: Tensor, step: Tensor, top: int, *, wide: bool = False) -> Tensor:
    """X on codes −top … top (−top−1 … top when ``wide``) of size ``step``, which broadcasts."""
    return (X / _divisor(step)).round().clamp(-top - wide, top) * step


def _divisor(step: Tensor) -> Tensor:
    return torch.where(step == 0, 1.0, step)


def _nearest(X: Tensor, came: Tensor, step: Tensor | float, suspects: Iterator[Suspect]) -> str | None:
    # Where a value lies on the grid itself, the last bit of a quotient decides where it is cut off.
    units = X / step
    clear = (units - units.round()).abs() > 1e-4
    errors = {f"{idea}--{n}": ((value - X) / step)[clear] for n, (idea, value) in enumerate(suspects)}
    mine = ((came.double() - X) / step)[clear]
    best = nearest(mine, errors, tolerance=SAME)
    if best is None:
        return None
    # Two ideas can give the same values. Then there is no evidence for one of them.
    idea = best.split("--")[0]
    rivals = (name for name, error in errors.items() if torch.allclose(error, errors[best], atol=1e-3))
    alone = idea != RIGHT and all(name.startswith(f"{idea}--") for name in rivals)
    return idea if alone else None
