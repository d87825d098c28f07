"""What wrong ideas about SmoothQuant give on the very input, and which of them came."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from smoothing import FORMULA_TOLERANCE, Layer, formula, live
from torch import Tensor
from vectorwise import int8

SAME = 2e-3  # how far, relatively, what came may be from a suspect
CONSTANT = 1e-3  # a factor that varies less than this, relatively, is one factor
THREE_ROUNDINGS = 3 * 2**-8  # relative: what X, s and the quotient lose in bfloat16
OTHER = 1e-2  # a factor this far, relatively, from 1 / s is another one, and no rounding of it

Suspect = tuple[str, Tensor]


# --- scales -----------------------------------------------------------------------------------------


def thought_behind_scales(x_absmax: Tensor, w_absmax: Tensor, alpha: float, came: Tensor) -> str | None:
    """The misconception that explains the scales that came (float[h]), or None."""
    where = live(x_absmax, w_absmax)
    x, w, mine = x_absmax[where].double(), w_absmax[where].double(), came[where].double()
    if len(mine) < 2:
        return None
    right = formula(x, w, alpha)
    ideas = {
        idea
        for idea, s in scale_suspects(x, w, alpha)
        if not _same_scales(right, s, FORMULA_TOLERANCE) and _same_scales(mine, s, SAME)
    }
    if ideas:  # two ideas with one result: no evidence for either
        return ideas.pop() if len(ideas) == 1 else None
    if not bool((mine > 0).all() and mine.isfinite().all()):
        return None
    if _spread(mine) < CONSTANT < _spread(right):
        return "one-scale-for-all-channels"
    return "scales-normalised" if _spread(mine / right) < CONSTANT else None


def scale_suspects(x: Tensor, w: Tensor, alpha: float) -> Iterator[Suspect]:
    """Every idea with the scales it gives on live channels, f64[h]."""
    beta = 1 - alpha
    right = formula(x, w, alpha)
    yield "alpha-swapped", x**beta / w**alpha
    yield "scales-inverted", 1 / right
    yield "activations-and-weights-exchanged", w**alpha / x**beta
    yield "alpha-ignored", (x / w).sqrt()
    yield "alpha-ignored", x / w
    yield "one-exponent-for-both", (x / w) ** alpha
    yield "one-exponent-for-both", (x / w) ** beta
    yield "weights-without-exponent", x**alpha / w
    yield "activations-without-exponent", x / w**beta
    yield from (("weights-left-out", s) for s in (x**alpha, x, x / x.max(), (x / x.max()) ** alpha))
    yield "activations-left-out", w ** (-beta)
    yield "product-for-quotient", x**alpha * w**beta
    if beta:
        yield "alpha-as-a-factor", alpha * x / (beta * w)
    yield "alpha-as-a-factor", alpha * x + beta * w
    yield from (("quiet-channels-spared", right.clamp(min=least)) for least in (0.1, 0.5, 1.0))
    yield "scales-rounded", right.round()
    yield "scales-rounded", right.round().clamp(min=1)
    for rounding in (torch.round, torch.floor, torch.ceil):
        yield "scales-rounded", 2.0 ** rounding(right.log2())
    for epsilon in (1e-2, 1e-3, 1e-4, 1e-5):
        for a, b in ((x + epsilon, w + epsilon), (x, w + epsilon), (x + epsilon, w)):
            yield "epsilon-shifts-small-channels", formula(a, b, alpha)
        yield "epsilon-shifts-small-channels", formula(x.clamp(min=epsilon), w.clamp(min=epsilon), alpha)
        yield "epsilon-shifts-small-channels", x**alpha / (w**beta + epsilon)


def _same_scales(came: Tensor, suspect: Tensor, tolerance: float) -> bool:
    return bool(((came - suspect).abs() <= tolerance * suspect.abs()).all())


def _spread(values: Tensor) -> float:
    return float(values.max() / values.min() - 1) if float(values.min()) > 0 else float("inf")


# --- the smoothed operands --------------------------------------------------------------------------


def thought_behind_pair(layer: Layer, s: Tensor, X_hat: Tensor, W_hat: Tensor) -> str | None:
    """The misconception that explains what ``smooth`` returned for ``s``, or None."""
    X, W = layer.X.double(), layer.W.double()
    came_x, came_w = X_hat.double(), W_hat.double()
    s = s.double()
    x_ideas = {idea for idea, A in activation_forms(X, s) if _same(came_x, A)}
    w_ideas = {idea for idea, A in weight_forms(W, s) if _same(came_w, A)}
    if "by tokens" in x_ideas:
        return "scales-meet-tokens"
    if "by outputs" in w_ideas:
        return "scales-meet-outputs"
    for x_idea in x_ideas:
        for w_idea in w_ideas:
            if (x_idea, w_idea) in PAIRS:
                return PAIRS[x_idea, w_idea]
    if x_ideas & {"rooted"} or w_ideas & {"rooted"}:
        return "scale-split-in-two"
    return _other_thought(layer, s, came_x, came_w)


PAIRS = {
    ("divided", "divided"): "weights-divided-too",
    ("divided", "as they were"): "weights-not-compensated",
    ("as they were", "multiplied"): "activations-not-smoothed",
    ("as they were", "as they were"): "nothing-smoothed",
    ("as they were", "divided"): "smoothed-the-wrong-way",
    ("multiplied", "divided"): "smoothed-the-wrong-way",
    ("multiplied", "multiplied"): "activations-multiplied-too",
    ("multiplied", "as they were"): "smoothed-the-wrong-way",
}


def activation_forms(X: Tensor, s: Tensor) -> Iterator[Suspect]:
    """What may have been done to X, f64[t, h], with one word for it."""
    yield "divided", X / s
    yield "multiplied", X * s
    yield "as they were", X
    yield "rooted", X / s.sqrt()
    if len(X) <= len(s):
        for t in (s[: len(X)], s[-len(X) :]):
            yield "by tokens", X / t[:, None]
            yield "by tokens", X * t[:, None]


def weight_forms(W: Tensor, s: Tensor) -> Iterator[Suspect]:
    """What may have been done to W, f64[h, o], with one word for it."""
    yield "multiplied", W * s[:, None]
    yield "divided", W / s[:, None]
    yield "as they were", W
    yield "rooted", W * s.sqrt()[:, None]
    if W.shape[1] <= len(s):
        for o in (s[: W.shape[1]], s[-W.shape[1] :]):
            yield "by outputs", W * o
            yield "by outputs", W / o


def _other_thought(layer: Layer, s: Tensor, came_x: Tensor, came_w: Tensor) -> str | None:
    X, W = layer.X.double() / s, layer.W.double() * s[:, None]
    if _in_16_bits(X, came_x) or _in_16_bits(W, came_w):
        return "smoothed-in-16-bits"
    if _rounded_to_int8(X, came_x, 1) or _rounded_to_int8(W, came_w, 0):
        return "rounded-while-smoothing"
    if _clipped(X, came_x):
        return "outliers-cut-off"
    if _other_factors(layer.X.double(), s, came_x) and layer.distance(came_x @ came_w) < SAME:
        return "other-scales-than-given"
    return None


def _rounded_to_int8(A: Tensor, came: Tensor, dim: int) -> bool:
    """Whether what came are int8 codes of ``A``, scaled back or not, one scale a slice or one for all."""
    if bool(came.count_nonzero()) and torch.equal(came, came.round()) and float(came.abs().max()) <= 128:
        return True
    forms = (int8(A, axis) for axis in (dim, 1 - dim, None))
    return any(_same(came, form) and not _same(form, A) for form in forms)


def _in_16_bits(A: Tensor, came: Tensor) -> bool:
    """Whether what came is ``A`` with no more digits than a 16-bit float has: float32 draws have more."""
    halves = (came.to(half).double() for half in (torch.float16, torch.bfloat16))
    return any(torch.equal(came, half) for half in halves) and _same(came, A, THREE_ROUNDINGS)


def _clipped(A: Tensor, came: Tensor) -> bool:
    """Whether what came is ``A`` but for its largest magnitudes, which were made smaller."""
    edge = float(came.abs().max())
    return edge < (1 - SAME) * float(A.abs().max()) and _same(came, A.clamp(-edge, edge))


def _other_factors(A: Tensor, s: Tensor, came: Tensor) -> bool:
    """Whether each column of ``A`` was multiplied by one factor, and not all of these are 1 / ``s``.

    A column of one number is always multiplied by one factor, which tells nothing.
    """
    size = A.square().sum(dim=0)
    factors = (A * came).sum(dim=0) / torch.where(size > 0, size, 1.0)
    off = (factors * s - 1).abs()[size > 0]
    return len(A) > 1 and _same(came, A * factors) and bool((off > OTHER).any())


def _same(came: Tensor, suspect: Tensor, tolerance: float = SAME) -> bool:
    """The same in every column, so that small channels count as much as large ones."""
    return bool(((came - suspect).norm(dim=0) <= tolerance * suspect.norm(dim=0)).all())
