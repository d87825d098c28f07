"""Which wrong idea explains weights that came from apply_awq, or scales that came from awq_scales.

Weights are looked at by their structure first (on which grid they lie, by what their columns were multiplied),
which any way of rounding shows; then they are compared with what the idea gives on this very layer. Scales are
powers of something, which is compared with what an idea would take.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from awq_grids import RIGHT, suspects
from awq_yardstick import LOSS_FACTOR, POINTS, Layer
from explained import nearest_ideas, only
from grid_levels import snapped
from torch import Tensor

FLAT = 1.01  # scales whose largest is below this multiple of the least are all the same
UNTOUCHED = 1e-3  # relative: weights this near to W were not rounded
TOUCHED = 0.02  # relative: where right rounding moves a column by more, an untouched one tells something
SAME = 0.1  # how far an error may be from an idea's, relative to the idea's
CLEAR = 0.5  # cosine between a column and what came for it: beyond, it was multiplied by something
APART = 3.0  # scales must differ so many times for their powers to be told apart
POWER = 0.01  # how far the logarithm of a scale may be from a power's
AT_ITS_LEAST = 1.05  # an error below this multiple of the least one was what the search looked for


# --- weights ----------------------------------------------------------------------------------------


def thought_of_weights(part: Layer, s: Tensor, came: Tensor) -> str | None:
    """The misconception that explains what ``apply_awq`` made of ``part`` with the scales ``s``, or None."""
    s, came = s.double(), came.double()
    if not bool(came.isfinite().all()):
        zero = part.scaled(s) == 0
        return "zero-group-becomes-nan" if bool(came[~zero].isfinite().all()) else None
    return (
        _untouched(part, s, came)
        or _multiplied(part, s, came)
        or _other_grid(part, s, came)
        or _compared(part, s, came)
        or _too_few_scales(part, s, came)
        or _one_too_many(part, s, came)
    )


def _untouched(part: Layer, s: Tensor, came: Tensor) -> str | None:
    """Weights, or whole columns of them, as they were, though right rounding moves them."""
    W = part.W.double()
    size = W.norm(dim=0)
    telling = (part.scaled(s) - W).norm(dim=0) > TOUCHED * size
    kept = ((came - W).norm(dim=0) <= UNTOUCHED * size)[telling]
    columns = torch.arange(W.shape[1])[telling]
    in_full_groups = columns < W.shape[1] // part.group_size * part.group_size
    if len(W) < 8 or not bool(kept.any()) or not bool(in_full_groups.any()):
        return None
    if torch.equal(kept, ~in_full_groups):
        return "short-group-forgotten"
    return "nothing-is-rounded" if float(kept.double().mean()) > 0.8 else "salient-channels-in-float"


def _multiplied(part: Layer, s: Tensor, came: Tensor) -> str | None:
    """What the columns were multiplied by, if it is a power of s other than 1."""
    W = part.W.double()
    product = (W * came).sum(dim=0)
    clear = product > CLEAR * W.norm(dim=0) * came.norm(dim=0)
    if int(clear.sum()) < 0.5 * len(s) or float(s[clear].max() / s[clear].min()) < APART:
        return None
    x, y = s[clear].log(), (product / W.square().sum(dim=0))[clear].log()
    exponent = float(_slope(x, y))
    if (y - y.mean() - exponent * (x - x.mean())).abs().median() > 0.15:
        return None
    if exponent > 0.85:
        return "scales-not-undone"
    on_grid = 0 < part.values(came, s)[0] <= part.levels
    return "undone-without-scaling" if exponent < -0.85 and on_grid else None


def _other_grid(part: Layer, s: Tensor, came: Tensor) -> str | None:
    """A grid that W / s lies on, or W, and not W · s."""
    if is_flat(s) or part.values(came, s)[0] <= part.levels:
        return None
    for idea, other in (("scaled-the-wrong-way", 1 / s), ("scales-given-ignored", torch.ones_like(s))):
        if 0 < part.values(came, other)[0] <= part.levels:
            return idea
    return None


def _compared(part: Layer, s: Tensor, came: Tensor) -> str | None:
    """The idea whose error, in steps of the right grid, is what came, and no other idea's."""
    W, steps = part.W.double(), _steps(part, s)
    live = steps > 0

    def error(W_hat: Tensor) -> Tensor:
        return ((W_hat - W) / steps)[live]

    errors = ((idea, error(W_hat)) for idea, W_hat in suspects(part, s))
    ideas = nearest_ideas(error(came), errors, tolerance=SAME)
    return None if RIGHT in ideas else only(ideas)


def _too_few_scales(part: Layer, s: Tensor, came: Tensor) -> str | None:
    """One grid for several groups of a row, or for several rows."""
    V = came * s
    rows, columns = V.shape
    if not bool(V.any()):
        return None
    if rows > 4 and snapped(V.reshape(1, -1), rows * columns)[0] <= part.levels:
        return "one-scale-for-all"
    several_groups = columns >= 2 * part.group_size
    return "group-size-ignored" if several_groups and snapped(V, columns)[0] <= part.levels else None


def _one_too_many(part: Layer, s: Tensor, came: Tensor) -> str | None:
    return "one-level-too-many" if part.values(came, s)[0] == part.levels + 1 else None


def _steps(part: Layer, s: Tensor) -> Tensor:
    """The step of the right grid at every weight, in units of Ŵ, f64[o, i]."""
    groups = (part.W.double() * s).split(part.group_size, dim=1)
    absmax = [group.abs().amax(dim=1, keepdim=True).expand_as(group) for group in groups]
    return torch.cat(absmax, dim=1) / (part.levels / 2 - 1) / s


# --- scales -----------------------------------------------------------------------------------------


def thought_of_scales(part: Layer, came: Tensor) -> str | None:
    """The misconception that explains the scales (floats [i], not all the same) that came for ``part``, or None."""
    s = came.double()
    if not bool((s.isfinite() & (s > 0)).all()):
        return thought_of_no_scale(part, came)
    if part.W.shape[1] > part.group_size and all(is_flat(piece) for piece in s.split(part.group_size)):
        return "one-scale-for-each-group"
    for idea, sizes in _sizes(part):
        exponent = _power_of(sizes, s)
        if exponent is None:
            continue
        if idea != "activations":
            return idea
        if exponent < 0:
            return "scales-inverted"
        return "searched-by-weight-error" if _least_weight_error(part, sizes, s) else None
    return None


def thought_of_no_scale(part: Layer, came: Tensor) -> str | None:
    """Why some scales are not positive numbers."""
    bad = ~(came.isfinite() & (came > 0))
    dead = part.loudness == 0
    if bool(dead.any()) and not bool((bad & ~dead).any()):
        return "dead-channel-divides-by-zero"
    negative = part.X.double().mean(dim=0) < 0
    return "activations-averaged-with-sign" if torch.equal(bad, negative) else None


def _sizes(part: Layer) -> Iterator[tuple[str, Tensor]]:
    """Each idea of what s is a power of, with the sizes f64[i]."""
    X, W = part.X.double(), part.W.double()
    for statistic in _statistics(X):
        yield "activations", statistic
    for statistic in _statistics(W):
        yield "scales-from-weights", statistic
    yield "activations-averaged-with-sign", X.mean(dim=0).abs()
    yield "activations-averaged-with-sign", X.mean(dim=0)
    if len(X) == X.shape[1]:
        yield from (("tokens-for-channels", statistic) for statistic in _statistics(X.T))
    if len(W) == W.shape[1]:
        yield from (("scales-per-output", statistic) for statistic in _statistics(W.T))
        yield from (("scales-per-output", statistic) for statistic in _statistics(X @ W.T))


def _statistics(A: Tensor) -> Iterator[Tensor]:
    """Sizes of the columns of ``A``."""
    magnitude = A.abs()
    yield magnitude.mean(dim=0)
    yield magnitude.amax(dim=0)
    yield A.norm(dim=0)
    yield magnitude.median(dim=0).values
    if len(A) > 1:
        yield A.std(dim=0)


def _power_of(sizes: Tensor, s: Tensor) -> float | None:
    """The exponent, if s is a power of ``sizes`` up to a factor, where these are clearly positive."""
    clear = sizes > 1e-3 * sizes.abs().max()
    if int(clear.sum()) < 8:
        return None
    x, y = sizes[clear].log(), s[clear].log()
    exponent = float(_slope(x, y))
    off = (y - y.mean() - exponent * (x - x.mean())).abs().max()
    moved = float(y.max() - y.min())
    return exponent if float(off) <= POWER and moved > 3 * POWER else None


def _least_weight_error(part: Layer, sizes: Tensor, s: Tensor) -> bool:
    """Whether s loses too much of the output, and as little of the weights as any power of ``sizes``."""

    def error(scales: Tensor) -> float:
        return float((part.W.double() - part.scaled(scales)).square().sum())

    least = min(error(sizes ** (step / POINTS)) for step in range(POINTS))
    lossy = part.loss(part.scaled(s)) > LOSS_FACTOR * part.search_loss
    return lossy and error(s) <= AT_ITS_LEAST * least


def _slope(x: Tensor, y: Tensor) -> Tensor:
    x = x - x.mean()
    return (x * y).sum() / x.square().sum().clamp(min=1e-30)


def is_flat(s: Tensor) -> bool:
    """Whether all scales are the same."""
    return bool(s.max() <= FLAT * s.min())
