"""Hidden checks of int8-matmul: exact sums, scales once, and activations rounded by token."""

from __future__ import annotations

import math

import torch
from integer_products import (
    Coded,
    Layer,
    barely_too_long,
    cancelling,
    coded,
    codes,
    layer,
    long_sums,
    lopsided,
    steps,
)
from integer_suspects import scales_are_widened, thought_of_layer, thought_of_result, thought_of_sums
from peaks import judge_peak
from torch import Tensor

SCALED = 1e-5  # of a result
ERROR_FACTOR = 1.15
LONE_FACTOR = 1.3  # few tokens: chance does not average out
QUANTIZED_FACTOR = 0.75  # an error below this share of the yardstick's is no int8 error
FLOAT32_SLACK = 2e-6  # times the norm of the product
NOT_FINITE = "results that are not finite"
OUTLIER = 25  # how many times larger than its neighbours a token's largest value is
LEVELS = 16  # 127 / 25 codes to each side of zero, and some to spare
LARGEST = torch.full((1, 1041), 127, dtype=torch.int8)
LONGEST = Coded(LARGEST, torch.ones(1), LARGEST.T, torch.ones(1))  # the shortest sum beyond 2^24
ONE_BY_ONE = torch.full((6, 1), 100, dtype=torch.int8)
SMALLER = 10.0 ** -torch.arange(6)
SMALL_STEPS = Coded(ONE_BY_ONE, SMALLER, ONE_BY_ONE.T, SMALLER)  # down to 1e-5
SIDE, LONG = 1024, 40


# --- the learner's functions, with the form of their results ------------------------------------


def judge_sums(solution, measure, expect, drawn: Coded):
    came = solution.int_product(drawn.qx, drawn.qw)
    shape = tuple(drawn.sums.shape)
    came = expect.tensor(
        came,
        name="what int_product returns",
        dtype=torch.int32,
        shape=shape,
        misconception=lambda: thought_of_form(drawn, came),
    )
    off = int((came.long() != drawn.sums).sum())
    measure(
        "sums that are not exact",
        off,
        0,
        expected=f"exact sums over {drawn.qx.shape[1]} features",
        came=f"{off} of {came.numel()} sums that are not exact",
        misconception=lambda: thought_behind_sums(solution, drawn, came),
    )


def thought_of_form(drawn: Coded, came: object) -> str | None:
    """Sums in another type, or with rows and columns that were filled in."""
    t, o = drawn.sums.shape
    if not isinstance(came, Tensor) or came.dim() != 2:
        return None
    if tuple(came.shape) != (t, o):
        holds = came.shape[0] >= t and came.shape[1] >= o and torch.equal(came[:t, :o].long(), drawn.sums)
        return "padding-not-cut-off" if holds else None
    if came.dtype in (torch.int8, torch.int16):
        return thought_of_sums(drawn, came)
    return "sums-left-in-float" if came.is_floating_point() else None


def judge_result(solution, measure, expect, drawn: Coded):
    came = solution.int8_matmul(drawn.qx, drawn.sx, drawn.qw, drawn.sw)
    came = expect.tensor(
        came, name="what int8_matmul returns", dtype=torch.float32, shape=tuple(drawn.sums.shape)
    )
    error = drawn.error_of(came)
    measure(
        "error of a result",
        error,
        SCALED,
        unit="of the result",
        expected="results within 1e-5 of what codes and scales stand for",
        came=f"{off_by(error)}, with {shapes(drawn.qx, drawn.qw)}",
        misconception=lambda: thought_behind_result(solution, drawn, came),
    )
    return came


# A function that fails may have been let down by another one. That one's misconception is named, or none.


def thought_behind_sums(solution, drawn: Coded, sums: Tensor) -> str | None:
    """Of sums that tell nothing the function is asked for a plainer one."""
    return thought_of_sums(drawn, sums) or thought_of_sums(
        LONGEST, solution.int_product(LONGEST.qx, LONGEST.qw)
    )


def thought_behind_result(solution, drawn: Coded, came: Tensor) -> str | None:
    sums = solution.int_product(drawn.qx, drawn.qw)
    if not isinstance(sums, Tensor) or sums.shape != drawn.sums.shape or sums.dtype != torch.int32:
        return thought_of_form(drawn, sums)
    if not torch.equal(sums.long(), drawn.sums):
        return thought_behind_sums(solution, drawn, sums)
    of_small_steps = solution.int8_matmul(SMALL_STEPS.qx, SMALL_STEPS.sx, SMALL_STEPS.qw, SMALL_STEPS.sw)
    if scales_are_widened(SMALL_STEPS, of_small_steps):
        return "epsilon-hides-small-rows"
    return thought_of_result(drawn, came)


def thought_behind_layer(solution, drawn: Layer, came: Tensor, alone: bool = False) -> str | None:
    product = drawn.coded
    result = solution.int8_matmul(product.qx, product.sx, product.qw, product.sw)
    if isinstance(result, Tensor) and not product.error_of(result) <= SCALED:
        return thought_behind_result(solution, product, result)
    if alone:  # One token can't tell scales of features from no rounding at all. Together they can.
        came = solution.int8_linear(drawn.X, drawn.qw, drawn.sw)
    return thought_of_layer(drawn, came)


def linear(solution, expect, drawn: Layer) -> Tensor:
    came = solution.int8_linear(drawn.X, drawn.qw, drawn.sw)
    return expect.tensor(
        came, name="what int8_linear returns", dtype=torch.float32, shape=tuple(drawn.exact.shape)
    )


def judge_layer(solution, measure, drawn: Layer, came: Tensor, alone: bool = False):
    """The error is what rounding the tokens to int8 leaves: no more, and not far less."""
    factor = LONE_FACTOR if alone else ERROR_FACTOR
    yardstick = drawn.yardstick_error
    ratio, slack = drawn.error_of(came) / yardstick, FLOAT32_SLACK * float(drawn.exact.norm()) / yardstick
    measure(
        "error of the layer",
        ratio,
        factor + slack,
        unit="× absmax/127 of each token",
        expected=f"an error of at most {factor:g} times that of absmax/127 of each token",
        came=f"{times(ratio)}, with {shapes(drawn.X, drawn.qw)}",
        misconception=lambda: thought_behind_layer(solution, drawn, came, alone),
    )
    measure(
        "rounding of X",
        ratio,
        QUANTIZED_FACTOR,
        unit="× absmax/127 of each token",
        better="higher",
        expected="X rounded to int8, which leaves an error",
        came=f"{ratio:.3g} times the error that int8 activations leave",
        misconception=lambda: thought_behind_layer(solution, drawn, came, alone),
    )


def off_by(error: float) -> str:
    return f"a result that is off by {error:.2g} of itself" if math.isfinite(error) else NOT_FINITE


def times(ratio: float) -> str:
    return f"{ratio:.3g} times that error" if math.isfinite(ratio) else NOT_FINITE


def shapes(left: Tensor, right: Tensor) -> str:
    return f"{left.shape[0]} × {left.shape[1]} times {right.shape[0]} × {right.shape[1]}"


def views(drawn: Coded) -> Coded:
    """The same numbers in matrices that are not contiguous."""
    return Coded(
        drawn.qx.T.contiguous().T,
        torch.stack((drawn.sx, drawn.sx), dim=1)[:, 0],
        drawn.qw.T.contiguous().T,
        torch.stack((drawn.sw, drawn.sw), dim=1)[:, 0],
    )


def some(draw, tokens=(5, 9), features=(11, 15), outputs=(11, 15)) -> Coded:
    """Small matrices; no size is a multiple of 8."""
    return coded(draw, draw.integer(*tokens), draw.integer(*features), draw.integer(*outputs))


# --- the checks ---------------------------------------------------------------------------------


def test_sums(solution, draw, measure, expect):
    """int_product gives exact int32 sums, for sizes that are no multiples of 8, too."""
    for drawn in (some(draw, (17, 23)), some(draw, features=(129, 135)), coded(draw, 18, 24, 32)):
        judge_sums(solution, measure, expect, drawn)
        judge_sums(solution, measure, expect, views(drawn))


def test_long_sums(solution, draw, measure, expect):
    """The sums over thousands of features, beyond 2²⁴, are exact as well."""
    judge_sums(solution, measure, expect, long_sums(draw, draw.integer(4, 6), draw.integer(5, 7)))
    judge_sums(solution, measure, expect, barely_too_long(draw, draw.integer(4, 6), draw.integer(5, 7)))
    judge_sums(solution, measure, expect, cancelling(draw, draw.integer(3, 4), draw.integer(5, 7)))


def test_small_sizes(solution, draw, measure, expect):
    """One token, one feature and one output are served."""
    for tokens, features, outputs in ((1, 13, 9), (5, 1, 3), (7, 11, 1), (1, 1, 1)):
        drawn = Coded(
            codes(draw, tokens, features, low=64),
            steps(draw, tokens),
            codes(draw, features, outputs, low=64),
            steps(draw, outputs),
        )
        judge_sums(solution, measure, expect, drawn)
        judge_result(solution, measure, expect, drawn)


def test_square_weights(solution, draw, measure, expect):
    """The rows of qw are features, where it is square as well."""
    side = draw.integer(11, 15)
    judge_sums(solution, measure, expect, coded(draw, draw.integer(5, 9), side, side))


def test_results(solution, draw, measure, expect):
    """int8_matmul gives what codes and scales stand for, to float32's precision."""
    for drawn in (some(draw, (17, 23)), some(draw, features=(129, 135))):
        judge_result(solution, measure, expect, drawn)
        judge_result(solution, measure, expect, views(drawn))
    judge_result(solution, measure, expect, long_sums(draw, draw.integer(4, 6), draw.integer(7, 9)))


def test_as_many_tokens_as_outputs(solution, draw, measure, expect):
    """sx belongs to rows and sw to columns, with as many tokens as outputs, too."""
    side = draw.integer(11, 15)
    judge_result(solution, measure, expect, coded(draw, side, draw.integer(17, 23), side))


def test_cancelling(solution, draw, measure, expect):
    """Where large products cancel, the small result is as precise as any, and zero is zero."""
    for _ in range(2):
        judge_result(solution, measure, expect, cancelling(draw, draw.integer(3, 4), draw.integer(5, 7)))


def test_zero_scales(solution, draw, measure, expect):
    """A scale of zero gives exact zeros."""
    drawn = some(draw)
    drawn.sx[1], drawn.qx[1], drawn.sw[2], drawn.qw[:, 2] = 0.0, 0, 0.0, 0
    came = judge_result(solution, measure, expect, drawn)
    judge_zeros(expect, torch.cat((came[1], came[:, 2])))


def judge_zeros(expect, came: Tensor, misconception=None):
    expect(
        not came.count_nonzero(),
        expected="exact zeros for a token or an output of zeros",
        came="NaN" if bool(came.isnan().any()) else "numbers that are not zero",
        misconception=misconception,
    )


def test_layer(solution, draw, measure, expect):
    """int8_linear rounds X by token: its error is what int8 leaves, and not far less."""
    for make in (lambda drawn: drawn, lopsided):
        drawn = make(layer(draw, draw.integer(60, 70), draw.integer(96, 130), draw.integer(40, 50)))
        judge_layer(solution, measure, drawn, linear(solution, expect, drawn))
        drawn = Layer(drawn.X.T.contiguous().T, drawn.qw.T.contiguous().T, drawn.sw)
        judge_layer(solution, measure, drawn, linear(solution, expect, drawn))


def test_small_and_large_tokens(solution, draw, measure, expect):
    """Tokens as small as 1e-3 and as large as 1e3 are served alike."""
    for size in (1e-3, 1e3):
        drawn = layer(draw, draw.integer(40, 50), draw.integer(96, 130), draw.integer(40, 50))
        absmax = drawn.X.abs().amax(dim=1, keepdim=True)
        drawn = Layer(size * drawn.X / absmax, drawn.qw, drawn.sw)
        judge_layer(solution, measure, drawn, linear(solution, expect, drawn))


def test_one_grid(solution, draw, measure, expect):
    """Each token's values lie on one grid, and a large value leaves few codes to the others."""
    side = draw.integer(60, 70)
    X = draw.normal(draw.integer(5, 9), side).clamp(-3, 3) / 3
    X *= draw.uniform(0.5, 5.0)
    large = draw.permutation(side)[: len(X)]
    rows = torch.arange(len(X))
    X[rows, large] = OUTLIER * X.abs().max() * (1 - 2 * (rows % 2)).float()
    # One weight a column: output j is one feature of X alone, as it was rounded.
    order = draw.permutation(side)
    qw = torch.zeros(side, side, dtype=torch.int8)
    qw[order, torch.arange(side)] = 127
    drawn = Layer(X, qw, torch.full((side,), draw.uniform(0.01, 0.1)))
    came = linear(solution, expect, drawn)
    judge_layer(solution, measure, drawn, came)
    step = X.abs().amax(dim=1) * drawn.sw[0]  # of a code of X times 127
    most = max(levels(row / size) for row, size in zip(came, step, strict=True))
    measure(
        "values on one grid",
        most,
        LEVELS,
        expected=f"at most {LEVELS} different values in a token where one is {OUTLIER} times the others",
        came=f"{most} different values",
        misconception=lambda: thought_behind_layer(solution, drawn, came),
    )


def levels(values: Tensor) -> int:
    """How many different values there are, in units of a step."""
    ordered = values.double().sort().values
    return 1 + int((ordered.diff() > 1e-3).sum())


def test_zero_tokens(solution, draw, measure, expect):
    """Tokens of zeros give exact zeros, and do not disturb the others."""
    drawn = layer(draw, draw.integer(40, 50), draw.integer(96, 130), draw.integer(40, 50))
    drawn.X[draw.permutation(len(drawn.X))[:2]] = 0.0
    came = linear(solution, expect, drawn)
    judge_zeros(expect, came[~drawn.X.any(dim=1)], lambda: thought_behind_layer(solution, drawn, came))
    judge_layer(solution, measure, drawn, came)


def test_one_token(solution, draw, measure, expect):
    """One token alone is served."""
    drawn = layer(draw, 12, draw.integer(96, 130), draw.integer(40, 50))
    drawn = Layer(drawn.X / drawn.X.abs().amax(dim=1, keepdim=True), drawn.qw, drawn.sw)
    alone = [linear(solution, expect, Layer(token[None], drawn.qw, drawn.sw)) for token in drawn.X]
    judge_layer(solution, measure, drawn, torch.cat(alone), alone=True)


def test_memory(solution, draw, measure, expect, peak_memory):
    """40 tokens times 1024 × 1024 weights need little memory on the way."""
    drawn = layer(draw, LONG, SIDE, SIDE)
    came, grown = peak_memory("int8_linear", drawn.X, drawn.qw, drawn.sw)
    judge_peak(
        measure,
        "peak memory",
        grown,
        SIDE**2,
        misconception=lambda: thought_of_memory(solution, drawn, came, grown),
    )
    # Little memory counts only where the work was done: the result is judged like every other.
    came = expect.tensor(
        came, name="what int8_linear returns", dtype=torch.float32, shape=tuple(drawn.exact.shape)
    )
    judge_layer(solution, measure, drawn, came)


def thought_of_memory(solution, drawn: Layer, came: Tensor, grown: int) -> str | None:
    """All products were kept, if the result is right; else what made it wrong."""
    if drawn.error_of(came) > ERROR_FACTOR * drawn.yardstick_error:
        return thought_behind_layer(solution, drawn, came)
    return "every-product-kept" if grown >= LONG * SIDE**2 else None
