"""What wrong ideas about the outlier decomposition give on a given product, and which of them came.

A suspect is the product that a wrong idea returns; its *error* must be that of what came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product as every

import torch
from explained import nearest_ideas, only
from feature_suspects import PAPER_THRESHOLD, by_token, choices, thought_of_choice
from torch import Tensor
from vectorwise import Product, half_products, int8, on_grid

SAME = 0.1  # how far an error may be from a suspect's, relative to the suspect's
HARM = 1.03  # times the yardstick's error
EPSILONS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
UNQUANTIZED = 0.3  # an error below this share of the best int8 error shows no rounding to int8 at all

Suspect = tuple[str, Tensor]


def thought_behind(product: Product, came: Tensor) -> str | None:
    """The misconception that explains the product that came (f32[t, o]), or None."""
    if not bool(came.isfinite().all()):
        return _thought_of_not_finite(product, came)
    errors = ((idea, suspect - product.exact) for idea, suspect in suspects(product))
    if ideas := nearest_ideas(came.double() - product.exact, errors, tolerance=SAME):
        return only(ideas)
    if any(_has_error_of(product, came, wide) for wide in _widened(product)):
        return "epsilon-hides-small-rows"
    nothing_in_int8 = product.error_of(came) < UNQUANTIZED * product.best_int8_error
    some_tokens_regular = bool((product.X.abs() <= product.threshold).all(dim=1).any())
    return "everything-in-16-bit" if nothing_in_int8 and some_tokens_regular else None


def _has_error_of(product: Product, came: Tensor, suspect: Tensor) -> bool:
    """Whether what came has the error of a suspect that does some harm."""
    error = product.error_of(suspect)
    return error > HARM * product.yardstick_error and float((came - suspect).norm()) <= SAME * error


def thought_of_indices(X: Tensor, threshold: float, came: Tensor) -> str | None:
    """The misconception that explains outlier indices (i64[k], in any order), or None."""
    return thought_of_choice(came, (*_choices(X, threshold), by_token(X, threshold)))


def _choices(X: Tensor, threshold: float) -> Iterator[tuple[str, Tensor]]:
    yield from choices(X, threshold)
    yield "threshold-hard-coded", (X.abs() > PAPER_THRESHOLD).any(dim=0)


def suspects(product: Product) -> Iterator[Suspect]:
    """Every idea with the product it gives (f64[t, o]); an idea may come in several variants."""
    X, W, outlying = product.X, product.W, product.outlying
    rest_X, rest_W = X.masked_fill(outlying, 0.0), W.masked_fill(outlying[:, None], 0.0)
    outlier_parts = tuple(_outlier_parts(X, W, outlying))
    for outlier_part in outlier_parts:
        for weights in (rest_W, W):
            for idea, regular in _regular_parts(X, rest_X, weights):
                yield idea, regular + outlier_part
    for weights in (rest_W, W):
        regular = int8(rest_X, 1) @ int8(weights, 0)
        yield "outliers-dropped", regular
        if bool(outlying.any()):
            yield "outlier-part-in-int8", regular + int8(X[:, outlying], 1) @ int8(W[outlying], 0)
            yield "outlier-part-in-int8", regular + int8(X[:, outlying], None) @ int8(W[outlying], None)
        clipped = X.clamp(-product.threshold, product.threshold)
        yield "outliers-clipped", regular + clipped[:, outlying].double() @ W[outlying].double()
        no_rest = ~rest_X.any(dim=1, keepdim=True)
        yield from (
            ("empty-token-gives-zeros", (regular + part).masked_fill(no_rest, 0.0)) for part in outlier_parts
        )
        of_outliers = W[outlying].abs().amax(dim=0, keepdim=True).double() if bool(outlying.any()) else None
        if of_outliers is not None:
            codes = on_grid(weights, of_outliers / 127)
            yield from (("scale-from-outlier-rows", int8(rest_X, 1) @ codes + part) for part in outlier_parts)
        wrong_rows = X[:, outlying].double() @ W[: int(outlying.sum())].double()
        yield "weight-rows-not-matched", regular + wrong_rows
        x, w = X[:, outlying].bfloat16().double(), W[outlying].bfloat16().double()
        yield "outliers-in-bfloat16", regular + x @ w
        yield "outliers-in-bfloat16", regular + (x @ w).bfloat16()
    beyond = X.abs() > product.threshold
    values = torch.where(beyond, X, 0.0)
    for part in (values.double() @ W.double(), values.half().double() @ W.half().double()):
        yield "values-instead-of-features", int8(X.masked_fill(beyond, 0.0), 1) @ int8(W, 0) + part
    plain = int8(X, 1) @ int8(W, 0)
    yield "everything-in-int8", plain
    yield from (("outliers-counted-twice", plain + outlier_part) for outlier_part in outlier_parts)
    yield from _other_choices(product)


def _regular_parts(X: Tensor, rest: Tensor, W: Tensor) -> Iterator[Suspect]:
    """Ideas that spoil the int8 product of the regular features and leave the outlier part right."""
    x_codes, x_scale = _codes(rest, 1)
    w_codes, w_scale = _codes(W, 0)
    x, w = x_codes * x_scale, w_codes * w_scale
    yield "one-scale-for-all", int8(rest, None) @ w
    yield "one-scale-for-all", x @ int8(W, None)
    yield "one-scale-for-all", int8(rest, None) @ int8(W, None)
    yield "scales-on-the-wrong-axis", int8(rest, 0) @ w
    yield "scales-on-the-wrong-axis", x @ int8(W, 1)
    yield "scales-on-the-wrong-axis", int8(rest, 0) @ int8(W, 1)
    yield "outliers-in-the-scale", on_grid(rest, X.abs().amax(dim=1, keepdim=True).double() / 127) @ w
    yield "weights-left-in-float", x @ W.double()
    yield "activations-left-in-float", rest.double() @ w
    for rounding in (torch.trunc, torch.floor):
        cut_x, cut_w = int8(rest, 1, rounding=rounding), int8(W, 0, rounding=rounding)
        yield from (("truncated-not-rounded", product) for product in (cut_x @ w, x @ cut_w, cut_x @ cut_w))
    for beyond in (_clipped, _wrapped, _kept):  # what becomes of codes beyond 127
        signed_x = _on_signed_grid(rest, 1, beyond)
        signed_w = _on_signed_grid(W, 0, beyond)
        yield from (("scale-from-signed-max", p) for p in (signed_x @ w, x @ signed_w, signed_x @ signed_w))
    whole = x_codes @ w_codes
    for unscaled in (whole, whole * x_scale, whole * w_scale):
        yield "product-not-scaled-back", unscaled
    for bits in (8, 16):
        wrapped = (whole + 2 ** (bits - 1)).remainder(2**bits) - 2 ** (bits - 1)
        yield "integer-product-overflows", wrapped * x_scale * w_scale


def _widened(product: Product) -> Iterator[Tensor]:
    """The product with a constant in its steps: added, or the least of them; on both ways, or to the codes only."""
    X, W, outlying = product.X, product.W, product.outlying
    rest = X.masked_fill(outlying, 0.0)
    outlier_parts = tuple(_outlier_parts(X, W, outlying))
    for weights in (W.masked_fill(outlying[:, None], 0.0), W):
        x, w = int8(rest, 1), int8(weights, 0)
        for epsilon, at_least, back in every(EPSILONS, (False, True), (True, False)):
            x_wide = _on_widened_grid(rest, 1, epsilon, at_least, back)
            w_wide = _on_widened_grid(weights, 0, epsilon, at_least, back)
            for a, b in ((x_wide, w), (x, w_wide), (x_wide, w_wide)):
                if a is not None and b is not None:
                    regular = a @ b
                    yield from (regular + outlier_part for outlier_part in outlier_parts)


def _on_widened_grid(A: Tensor, dim: int, epsilon: float, at_least: bool, back: bool) -> Tensor | None:
    """``A``, f64, on steps that are larger by a constant; None where that makes next to no difference."""
    scale = A.abs().amax(dim=dim, keepdim=True).double() / 127
    wide = scale.clamp(min=epsilon) if at_least else scale + epsilon
    if torch.allclose(wide, scale, rtol=5e-4, atol=0.0):
        return None
    return on_grid(A, wide) * (1.0 if back else scale / wide)


def _other_choices(product: Product) -> Iterator[Suspect]:
    """Everything right but which features, or tokens, count as outlying."""
    X, W, threshold = product.X, product.W, product.threshold
    for idea, chosen in _choices(X, threshold):
        if torch.equal(chosen, product.outlying):
            continue
        for outlier_part in _outlier_parts(X, W, chosen):
            for weights in (W, W.masked_fill(chosen[:, None], 0.0)):
                yield idea, int8(X.masked_fill(chosen, 0.0), 1) @ int8(weights, 0) + outlier_part
    idea, tokens = by_token(X, threshold)
    if bool(tokens.all()):
        return  # everything is in 16 bits then, which may have many reasons
    whole = torch.ones(X.shape[1], dtype=torch.bool)
    for kept in _outlier_parts(X, W, whole):
        yield idea, torch.where(tokens[:, None], kept, int8(X, 1) @ int8(W, 0))


def _outlier_parts(X: Tensor, W: Tensor, chosen: Tensor) -> Iterator[Tensor]:
    """In float32 and in float16."""
    yield X[:, chosen].double() @ W[chosen].double()
    yield from half_products(X, W, chosen)


def _codes(A: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    scale = A.abs().amax(dim=dim, keepdim=True).double() / 127
    return (A.double() / torch.where(scale == 0, 1.0, scale)).round(), scale


def _on_signed_grid(A: Tensor, dim: int, beyond: Callable[[Tensor], Tensor]) -> Tensor:
    """``A`` on a grid that takes the largest value for the largest magnitude, f64."""
    scale = A.amax(dim=dim, keepdim=True).double() / 127
    return beyond((A.double() / torch.where(scale == 0, 1.0, scale)).round()) * scale


def _clipped(codes: Tensor) -> Tensor:
    return codes.clamp(-128, 127)


def _wrapped(codes: Tensor) -> Tensor:
    return (codes + 128).remainder(256) - 128


def _kept(codes: Tensor) -> Tensor:
    return codes


def _thought_of_not_finite(product: Product, came: Tensor) -> str | None:
    """Infinities come from sums that overflow; NaN where a scale was 0 from dividing by it."""
    rest = product.X.masked_fill(product.outlying, 0.0)
    no_token = ~rest.any(dim=1, keepdim=True)
    no_output = ~product.W.masked_fill(product.outlying[:, None], 0.0).any(dim=0, keepdim=True)
    if bool((came.isfinite() | no_token | no_output).all()):
        return "zero-row-becomes-nan"
    return "integer-product-overflows" if bool(came.isinf().any()) else None
