"""Hidden checks of smoothquant: the scales against the formula, the product, and what smoothing is for."""

from __future__ import annotations

import torch
from peaks import judge_peak
from scale_form import SCALE_DTYPES
from smoothing import (
    FORMULA_TOLERANCE,
    LARGEST,
    PRODUCT_TOLERANCE,
    SMALLEST,
    W8A8_FACTOR,
    Layer,
    formula,
    layer,
    live,
    scales_given,
    sizes,
)
from smoothing_suspects import thought_behind_pair, thought_behind_scales
from torch import Tensor

from tutor.grading.checks import describe

TOKENS, SIDE = 40, 1024


# --- the learner's functions, with the form of their results --------------------------------------


def scales_of(solution, expect, x_absmax: Tensor, w_absmax: Tensor, alpha: float) -> Tensor:
    came = solution.smoothing_scales(x_absmax, w_absmax, alpha)
    return expect.tensor(
        came,
        name="what smoothing_scales returns",
        dtype=SCALE_DTYPES,
        shape=x_absmax.shape,
        misconception=lambda: thought_of_form(came, x_absmax),
    )


def thought_of_form(came: object, x_absmax: Tensor) -> str | None:
    if not isinstance(came, Tensor):
        return "one-scale-for-all-channels" if isinstance(came, (int, float)) else None
    if came.numel() == 1 < x_absmax.numel():
        return "one-scale-for-all-channels"
    return "scales-in-float64" if came.dtype == torch.float64 and came.shape == x_absmax.shape else None


def pair_of(solution, expect, part: Layer, s: Tensor) -> tuple[Tensor, Tensor]:
    return as_pair(expect, part, solution.smooth(part.X, part.W, s))


def as_pair(expect, part: Layer, result: object) -> tuple[Tensor, Tensor]:
    X_hat, W_hat = expect.sequence(result, 2, names="X̂, Ŵ")
    swapped = describe(X_hat) == describe(part.W) and describe(W_hat) == describe(part.X)
    other_order = "results-in-the-other-order" if swapped and part.X.shape != part.W.shape else None
    forms = ((X_hat, "X̂", part.X.shape), (W_hat, "Ŵ", part.W.shape))
    X_hat, W_hat = (
        expect.tensor(value, name=name, dtype=torch.float32, shape=shape, misconception=other_order)
        for value, name, shape in forms
    )
    return X_hat, W_hat


# --- judging ---------------------------------------------------------------------------------------


def judge_scales(solution, measure, expect, x_absmax: Tensor, w_absmax: Tensor, alpha: float) -> Tensor:
    """The formula on live channels; on dead ones any positive number."""
    came = scales_of(solution, expect, x_absmax, w_absmax, alpha)
    where = live(x_absmax, w_absmax)
    right = formula(x_absmax, w_absmax, alpha)
    if bool(where.any()):
        ratios = (came.double() / right)[where]
        worst = ratios[(ratios - 1).abs().argmax()]
        measure(
            "distance from the formula",
            float((worst - 1).abs()),
            FORMULA_TOLERANCE,
            unit="of s",
            expected=f"every live s_j within {FORMULA_TOLERANCE:g} of max|X_j|^α / max|W_j|^(1−α)",
            came=f"an s_j that is {worst:.4g} times the formula's, with α = {alpha:.2f} and {len(came)} channels",
            misconception=lambda: thought_behind_scales(x_absmax, w_absmax, alpha, came),
        )
    dead = came[~where].double()
    expect(
        bool((dead > 0).all() and dead.isfinite().all()),
        expected="a positive, finite s_j for a channel in which X or W has only zeros",
        came=kind_of(dead),
        misconception=None if bool((dead < 0).any()) else "dead-channel-divides-by-zero",
    )
    return came.float().clone()  # smooth is promised a tensor, also where s came as a numpy array


def kind_of(dead: Tensor) -> str:
    if bool(dead.isnan().any()):
        return "NaN"
    if bool(dead.isinf().any()):
        return "infinity"
    return "a negative number" if bool((dead < 0).any()) else "zero"


def judge_pair(measure, part: Layer, s: Tensor, X_hat: Tensor, W_hat: Tensor):
    """X̂ is X with channel j divided by s_j, and X̂ Ŵ = X W."""
    where = live(part.x_absmax, part.w_absmax)
    wanted = (part.X.double() / s.double())[:, where]
    off = float(((X_hat.double()[:, where] - wanted).norm(dim=0) / wanted.norm(dim=0)).max())
    shapes = f"X of {size(part.X)} and W of {size(part.W)}"
    measure(
        "distance of X̂ from X / s",
        off,
        PRODUCT_TOLERANCE,
        expected=f"channel j of X̂ within {PRODUCT_TOLERANCE:g} of channel j of X, divided by s_j",
        came=f"a channel that is {off:.3g} of its size away from that, with {shapes}",
        misconception=lambda: thought_behind_pair(part, s, X_hat, W_hat),
    )
    changed = part.distance(X_hat.double() @ W_hat.double())
    measure(
        "change of the product",
        changed,
        PRODUCT_TOLERANCE,
        unit="of ‖X W‖",
        expected=f"X̂ Ŵ = X W within {PRODUCT_TOLERANCE:g} of ‖X W‖",
        came=f"a product that is {changed:.3g} of ‖X W‖ away, with {shapes}",
        misconception=lambda: thought_behind_pair(part, s, X_hat, W_hat),
    )


def judge_w8a8(measure, part: Layer, alpha: float, s: Tensor, X_hat: Tensor, W_hat: Tensor):
    """The error of the int8 product, X̂ by token and Ŵ by output, against that of X and W."""
    before = part.w8a8_error(part.X, part.W)
    after = part.w8a8_error(X_hat, W_hat) / before
    measure(
        "int8 error after smoothing",
        after,
        W8A8_FACTOR * part.w8a8_error(*part.smoothed(alpha)) / before,
        unit="× the error before",
        expected=f"an int8 error of at most {W8A8_FACTOR:g} times that of the formula's own smoothing",
        came=f"{after:.3g} times the error without smoothing, with α = {alpha:.2f}",
        misconception=lambda: thought_behind_pair(part, s, X_hat, W_hat),
    )


def size(A: Tensor) -> str:
    return f"{A.shape[0]} × {A.shape[1]}"


# --- the checks: scales -----------------------------------------------------------------------------


def test_scales(solution, draw, measure, expect):
    """The scales follow the formula for any α, 0 (nothing moves out of X) and 1 (all of it) included."""
    for alpha in (draw.uniform(0.6, 0.9), draw.uniform(0.1, 0.4), 0.5, 0.0, 1.0):
        channels = draw.integer(60, 90)
        x_absmax, w_absmax = sizes(draw, channels, 0.3, 90.0), sizes(draw, channels, 0.02, 1.5)
        judge_scales(solution, measure, expect, x_absmax, w_absmax, alpha)


def test_small_and_large(solution, draw, measure, expect):
    """Channels as small as 1e-3 and as large as 1e3 are served alike."""
    for alpha in (draw.uniform(0.2, 0.4), draw.uniform(0.6, 0.8)):
        channels = draw.integer(30, 50)
        x_absmax, w_absmax = (sizes(draw, channels, SMALLEST, LARGEST) for _ in range(2))
        judge_scales(solution, measure, expect, x_absmax, w_absmax, alpha)


def test_dead_channels(solution, draw, measure, expect):
    """Where X or W has only zeros, s is any positive number; the other channels keep theirs."""
    for alpha in (draw.uniform(0.2, 0.4), draw.uniform(0.6, 0.8)):
        channels = draw.integer(30, 50)
        x_absmax, w_absmax = sizes(draw, channels, 0.3, 90.0), sizes(draw, channels, 0.02, 1.5)
        dead = draw.permutation(channels)
        x_absmax[dead[:4]] = 0.0
        w_absmax[dead[2:6]] = 0.0
        judge_scales(solution, measure, expect, x_absmax, w_absmax, alpha)
    judge_scales(solution, measure, expect, torch.zeros(5), sizes(draw, 5, 0.02, 1.5), 0.5)


# --- the checks: smoothing --------------------------------------------------------------------------


def test_square(solution, draw, measure, expect):
    """With as many tokens and outputs as channels, too, s belongs to the channels."""
    side = draw.integer(20, 32)
    part, s = layer(draw, side, side, side), scales_given(draw, side)
    judge_pair(measure, part, s, *pair_of(solution, expect, part, s))


def test_smooth(solution, draw, measure, expect):
    """X̂ is X with channel j divided by s_j, and X̂ Ŵ is X W."""
    for tokens, channels, outputs in ((24, 40, 32), (40, 32, 56), (17, 51, 9)):
        part = layer(draw, tokens + draw.integer(0, 5), channels, outputs, loud=2)
        s = scales_given(draw, channels)
        judge_pair(measure, part, s, *pair_of(solution, expect, part, s))


def test_zeros(solution, draw, measure, expect):
    """Channels, tokens and outputs of zeros disturb nothing."""
    part, s = layer(draw, 20, 36, 28), scales_given(draw, 36)
    channel = draw.permutation(36)
    part.X[:, channel[:3]] = 0.0
    part.W[channel[2:5]] = 0.0
    part.X[draw.integer(0, 19)] = 0.0
    part.W[:, draw.integer(0, 27)] = 0.0
    judge_pair(measure, part, s, *pair_of(solution, expect, part, s))


def test_shapes(solution, draw, measure, expect):
    """One token, one channel, one output, and views that are not contiguous are served."""
    for tokens, channels, outputs in ((1, 24, 16), (12, 1, 9), (12, 24, 1)):
        part, s = layer(draw, tokens, channels, outputs), scales_given(draw, channels)
        judge_pair(measure, part, s, *pair_of(solution, expect, part, s))
    part, s = layer(draw, 20, 36, 28), scales_given(draw, 72)[::2]
    part = Layer(part.X.T.contiguous().T, part.W.T.contiguous().T)
    judge_pair(measure, part, s, *pair_of(solution, expect, part, s))


# --- the checks: what it is for ---------------------------------------------------------------------


def test_w8a8(solution, draw, measure, expect):
    """With your scales and your smoothing an int8 product loses far less than without."""
    for alpha in (draw.uniform(0.5, 0.57), draw.uniform(0.57, 0.65)):
        part = layer(draw, draw.integer(60, 70), draw.integer(90, 110), draw.integer(60, 70), loud=3)
        part.X[:, draw.integer(0, 80)] = 0.0
        s = judge_scales(solution, measure, expect, part.x_absmax, part.w_absmax, alpha)
        X_hat, W_hat = pair_of(solution, expect, part, s)
        judge_w8a8(measure, part, alpha, s, X_hat, W_hat)
        judge_pair(measure, part, s, X_hat, W_hat)


def test_memory(draw, measure, expect, peak_memory):
    """40 tokens and a 1024 × 1024 matrix need little memory on the way."""
    part = Layer(draw.normal(TOKENS, SIDE), draw.normal(SIDE, SIDE))
    s = scales_given(draw, SIDE)
    result, grown = peak_memory("smooth", part.X, part.W, s)
    judge_peak(
        measure,
        "peak memory of smooth",
        grown,
        SIDE**2,
        misconception=lambda: "matrix-for-each-token" if grown >= 4 * TOKENS * SIDE**2 else None,
    )
    judge_pair(measure, part, s, *as_pair(expect, part, result))
