"""Hidden checks of outlier-decomposition: which features are outliers, and the error of the product."""

from __future__ import annotations

import torch
from activations import activations, weights
from feature_draws import every_kind, place
from feature_suspects import outlier_features
from outlier_suspects import thought_behind, thought_of_indices
from peaks import judge_peak
from torch import Tensor
from vectorwise import ERROR_FACTOR, LONE_FACTOR, QUANTIZED_FACTOR, Product, int8
from wording import counted, figure

from tutor.grading.checks import describe

# Large enough that the errors of two right grids differ by less than 5 %: they differ by chance.
TOKENS, FEATURES, OUTPUTS = (92, 100), (120, 132), (92, 100)
EVERY_KIND = ("positive", "negative", "most", "often", "rare")
SHARE_FACTOR = 1.05  # whole features are counted: one more is over the limit
UNROUNDED = 0.3  # an error below this share of the int8 error shows no rounding
SIDE, LONG = 1024, 40


# --- inputs -------------------------------------------------------------------------------------


def drawn(draw, kinds=(), tokens: int | None = None) -> Product:
    """A fresh product with outlier features of the kinds named."""
    threshold = draw.uniform(3.0, 8.0)
    features = draw.integer(*FEATURES)
    X = activations(draw, tokens or draw.integer(*TOKENS), features, threshold, kinds)
    return Product(X, weights(draw, features, draw.integer(*OUTPUTS)), threshold)


def lopsided(product: Product) -> Product:
    """The same with small positive values: in every token and output the largest magnitude is negative.

    The largest value, taken for it, gives a grid that is finer than int8 has codes for.
    """
    X, W = product.X, product.W
    regular = X.abs() <= product.threshold
    return Product(
        torch.where(regular & (X > 0), 0.1 * X, X), torch.where(W > 0, 0.1 * W, W), product.threshold
    )


# --- judging ------------------------------------------------------------------------------------


def judge_indices(solution, expect, X: Tensor, threshold: float):
    exact = outlier_features(X, threshold)
    came = solution.split_outliers(X, threshold)
    came = expect.tensor(
        came,
        name="what split_outliers returns",
        dtype=torch.int64,
        misconception=lambda: thought_of_form(came, X, len(exact)),
    )
    expect(
        came.dim() == 1,
        expected="a flat tensor of indices, of shape (k,)",
        came=describe(came),
        misconception=lambda: thought_of_form(came, X, len(exact)),
    )
    expect(
        len(came) != X.shape[1] or len(exact) == X.shape[1] or not is_mask(came),
        expected="the indices of the outlier features",
        came=f"a 0 or 1 for each of the {X.shape[1]} features",
        misconception="mask-instead-of-indices",
    )
    expect(
        torch.equal(came.sort().values, exact),
        expected=f"the {counted(len(exact), 'feature')} of {X.shape[1]} with a magnitude beyond the threshold"
        if len(exact)
        else f"no index, since none of the {X.shape[1]} features has a magnitude beyond the threshold",
        came=counted(len(came), "index", "indices")
        + (
            f", {int(torch.isin(came, exact).sum()) or 'none'} of them of outlier features"
            if len(came)
            else ""
        ),
        misconception=lambda: thought_of_indices(X, threshold, came),
    )
    expect(torch.equal(came, exact), expected="the indices in ascending order", came="another order")


def is_mask(came: Tensor) -> bool:
    return bool(((came == 0) | (came == 1)).all())


def thought_of_form(came: object, X: Tensor, outliers: int) -> str | None:
    if not isinstance(came, Tensor):
        return None
    if came.dim() == 0 and not came.is_floating_point():
        return "only-index-squeezed"
    if came.shape == (X.shape[1],) and is_mask(came):
        return "mask-instead-of-indices"
    if came.dim() == 2 and came.shape[1] == 1:
        return "nonzero-leaves-a-column"
    nothing = came.numel() == 0 and came.is_floating_point()
    return "no-outliers-gives-floats" if nothing and not outliers else None


def multiply(solution, expect, product: Product) -> Tensor:
    came = solution.matmul_with_outliers(product.X, product.W, product.threshold)
    return expect.tensor(
        came,
        name="what matmul_with_outliers returns",
        dtype=torch.float32,
        shape=(product.X.shape[0], product.W.shape[1]),
    )


def judge_error(measure, product: Product, came: Tensor, factor: float = ERROR_FACTOR):
    """The error is that of the yardstick's product, or less."""
    ratio = product.error_of(came) / product.yardstick_error
    measure(
        "error",
        ratio,
        product.limit(factor) / product.yardstick_error,
        unit="× the vector-wise product with float16 outliers",
        expected=f"an error of at most {factor:g} times that of the vector-wise int8 product with float16 outliers",
        came=("NaN or infinity" if not bool(came.isfinite().all()) else f"{figure(ratio)} times that error")
        + f", with {shapes(product)}",
        misconception=lambda: thought_behind(product, came),
    )


def judge_quantized(measure, product: Product, came: Tensor):
    """The error is not below what int8 operands leave."""
    ratio = product.error_of(came) / product.best_int8_error
    measure(
        "rounding to int8",
        ratio,
        QUANTIZED_FACTOR,
        unit="× the best error of int8 operands",
        better="higher",
        expected="X and W of the regular features rounded to int8, which leaves an error",
        came=f"{figure(ratio)} times the least error that int8 operands can have, with {shapes(product)}",
        misconception=lambda: thought_behind(product, came),
    )


def shapes(product: Product) -> str:
    outliers = int(product.outlying.sum())
    return f"X of {size(product.X)} with {counted(outliers, 'outlier feature')}, and W of {size(product.W)}"


def size(A: Tensor) -> str:
    return f"{A.shape[0]} × {A.shape[1]}"


# --- the checks ---------------------------------------------------------------------------------


def test_split(solution, draw, expect):
    """split_outliers finds the features with a magnitude beyond the threshold on any token."""
    for low, high in ((0.5, 1.5), (3.0, 8.0), (25.0, 50.0)):
        threshold = draw.uniform(low, high)
        X = every_kind(draw, threshold)
        judge_indices(solution, expect, X, threshold)
        judge_indices(solution, expect, X.T.contiguous().T, threshold)


def test_split_none_or_all(solution, draw, expect):
    """split_outliers serves no outliers (an empty int64 tensor), a single one, and nothing but outliers."""
    threshold = draw.uniform(3.0, 8.0)
    X = activations(draw, draw.integer(5, 9), draw.integer(11, 17), threshold)
    judge_indices(solution, expect, X, threshold)
    lone = X.clone()
    place(draw, lone, draw.integer(2, X.shape[1] - 1), 1.2 * threshold)
    judge_indices(solution, expect, lone, threshold)
    judge_indices(solution, expect, all_outlying(draw, X, threshold), threshold)


def test_product(solution, draw, measure, expect):
    """The product is as near to X W as int8 with float16 outliers can bring it."""
    products = [
        drawn(draw, kinds) for kinds in (EVERY_KIND, ("negative", "negative"), ("rare", "rare", "often"))
    ]
    products.append(lopsided(drawn(draw, ("positive", "positive", "negative"))))
    for product in products:
        came = multiply(solution, expect, product)
        judge_error(measure, product, came)
        judge_quantized(measure, product, came)


def test_share(solution, draw, measure, expect):
    """Only the outlier features are in 16 bits: the rounding of every other one shows in the product."""
    threshold, side = draw.uniform(3.0, 8.0), draw.integer(*FEATURES)
    X = activations(draw, draw.integer(*TOKENS), side, threshold, EVERY_KIND)
    # One weight a column: its code is ±127, so that output j is X's feature j alone, as it was rounded.
    order = draw.permutation(side)
    W = torch.zeros(side, side)
    W[order, torch.arange(side)] = 10 ** draw.uniform(-1.5, 0.0)
    product = Product(X, W, threshold)
    came = multiply(solution, expect, product)
    judge_error(measure, product, came)
    lost = int(rounded_where_small(product, came).sum())
    expect(
        not lost,
        expected=f"the {int(product.outlying.sum())} outlier features in 16 bits on every token",
        came=f"{lost} of them rounded to int8 where their values are small",
        misconception=lambda: thought_behind(product, came),
    )
    kept = unrounded(product, came)
    allowed = float(product.outlying.float().mean())
    measure(
        "share of features in 16 bits",
        float(kept.float().mean()),
        SHARE_FACTOR * allowed,
        expected=f"{int(product.outlying.sum())} features of {side} in 16 bits, and the others rounded to int8",
        came=f"{int(kept.sum())} features without rounding",
        misconception=lambda: None if bool(kept.all()) else "regular-features-in-16-bit",
    )


def unrounded(product: Product, came: Tensor) -> Tensor:
    """bool[o]: which outputs show an outlier feature, or one with an error far below what int8 leaves of it.

    W has one weight a column.
    """
    rest = product.X.masked_fill(product.outlying, 0.0)
    in_int8 = (int8(rest, 1, 127.5) - rest).norm(dim=0) @ product.W.abs().double()
    return (in_int8 == 0) | ((came.double() - product.exact).norm(dim=0) < UNROUNDED * in_int8)


def rounded_where_small(product: Product, came: Tensor) -> Tensor:
    """bool[o]: which outputs show an outlier feature with an error as int8 leaves it where no outlier is.

    W has one weight a column.
    """
    beyond = product.X.abs() > product.threshold
    rest = product.X.masked_fill(beyond, 0.0)
    small = ~beyond & product.outlying
    in_int8 = (int8(rest, 1) - rest).masked_fill(~small, 0.0).norm(dim=0)
    # Output j is the feature order[j] alone: W tells which.
    feature, weight = product.W.abs().max(dim=0).indices, product.W.abs().amax(dim=0).double()
    off = (came.double() - product.exact).masked_fill(~small[:, feature], 0.0).norm(dim=0)
    return off > UNROUNDED * in_int8[feature] * weight


def test_no_outliers(solution, draw, measure, expect):
    """Without outliers all of the product is made of int8 codes."""
    product = drawn(draw)
    came = multiply(solution, expect, product)
    judge_error(measure, product, came)
    judge_quantized(measure, product, came)


def test_all_outliers(solution, draw, measure, expect):
    """With nothing but outliers the product is a 16-bit or 32-bit one."""
    product = drawn(draw, tokens=draw.integer(9, 17))
    product = Product(all_outlying(draw, product.X, product.threshold), product.W, product.threshold)
    judge_error(measure, product, multiply(solution, expect, product))


def test_zeros(solution, draw, measure, expect):
    """Tokens and outputs of zeros give exact zeros, also where only the outliers are not zero."""
    product = drawn(draw, ("positive", "negative"))
    X, W, outlying = product.X, product.W, product.outlying
    token, output = draw.permutation(len(X)), draw.permutation(W.shape[1])
    X[token[0]] = 0.0
    X[token[1], ~outlying] = 0.0
    W[:, output[0]] = 0.0
    W[~outlying, output[1]] = 0.0
    product = Product(X, W, product.threshold)
    came = multiply(solution, expect, product)
    expect(
        not came[token[0]].count_nonzero() and not came[:, output[0]].count_nonzero(),
        expected="exact zeros for a token of zeros and for an output whose weights are zeros",
        came="NaN" if bool(came.isnan().any()) else "numbers that are not zero",
        misconception=lambda: thought_behind(product, came),
    )
    judge_error(measure, product, came)


def test_one_token(solution, draw, measure, expect):
    """One token alone is served (within 1.5 times the yardstick's error)."""
    for kinds in (("positive", "negative"), ()):
        product = drawn(draw, kinds, tokens=1)
        judge_error(measure, product, multiply(solution, expect, product), LONE_FACTOR)


def test_views(solution, draw, measure, expect):
    """X and W may be views that are not contiguous."""
    product = drawn(draw, ("positive", "negative", "rare"))
    product = Product(product.X.T.contiguous().T, product.W.T.contiguous().T, product.threshold)
    judge_error(measure, product, multiply(solution, expect, product))


def test_memory(draw, measure, expect, peak_memory):
    """40 tokens times a 1024 × 1024 matrix need little memory on the way."""
    threshold = 6.0
    X, W = activations(draw, LONG, SIDE, threshold, ("positive", "negative", "rare")), draw.normal(SIDE, SIDE)
    came, grown = peak_memory("matmul_with_outliers", X, W, threshold)
    judge_peak(
        measure,
        "peak memory",
        grown,
        SIDE**2,
        misconception=lambda: "every-product-kept" if grown >= 4 * LONG * SIDE**2 else None,
    )
    # Little memory counts only where the work was done: the product is judged like every other.
    product = Product(X, W, threshold)
    came = expect.tensor(
        came, name="what matmul_with_outliers returns", dtype=torch.float32, shape=(LONG, SIDE)
    )
    ratio = product.error_of(came) / product.yardstick_error
    limit = product.limit() / product.yardstick_error
    measure("error", ratio, limit, unit="× the vector-wise product with float16 outliers")


def all_outlying(draw, X: Tensor, threshold: float) -> Tensor:
    """``X`` with one value beyond the threshold in every column."""
    X = X.clone()
    rows = torch.arange(X.shape[1])[draw.permutation(X.shape[1])] % len(X)
    X[rows, torch.arange(X.shape[1])] = threshold * draw.uniform(1.2, 3.0) * draw.choice((-1.0, 1.0))
    return X
