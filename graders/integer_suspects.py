"""What wrong ideas about int8 products give on given codes or activations, and which of them came."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from explained import nearest_ideas, only
from integer_products import TOP, WHOLE_IN_FLOAT32, Coded, Layer
from torch import Tensor

SAME = 1e-4  # how far a result may be from a suspect's, relative to the suspect's
SAME_ERROR = 0.1  # the same for errors of rounding
FINE = 4e-6  # of the magnitudes that were added: float32 rounds finer than this
COARSE = 0.02  # of the same: float16 and bfloat16 round finer than this
IN_FLOAT32 = 3e-5  # of a result: most are nearer than this if float32 was used to the end
NEAR = 2e-6  # of a result: all are as near if float32 was used, and rightly
FEWEST = 5  # tokens and outputs, of which one number can't explain all by chance
KEPT = 0.2  # of the results: a least step, unlike one step for all, leaves as many as they are
IN_HALF = 1e-3  # units below are too small for float16
HARMLESS = 0.1  # of the yardstick's error: an error that is no further from it is that of a right grid
UNROUNDED = 0.3  # an error below this share of the int8 error shows no rounding
BLOCKS = (8, 16, 32, 64, 128)  # features that are taken at once
MOST_PRODUCTS = 200_000  # of which each is looked at by itself

Suspect = tuple[str, Tensor]


# --- sums ---------------------------------------------------------------------------------------


def thought_of_sums(drawn: Coded, came: Tensor) -> str | None:
    """The misconception behind sums i32[t, o], or None."""
    for idea, suspect in _wrong_sums(drawn):
        if torch.equal(came.long(), suspect):
            return idea
    return _thought_of_rounding(drawn, came.double())


def _thought_of_rounding(drawn: Coded, sums: Tensor) -> str | None:
    """Sums that are off by what float types can't hold."""
    added_up = drawn.added_up
    lost = sums.abs() >= 2**31 - 1  # what becomes of infinity
    off = (sums - drawn.sums).abs() / added_up.clamp(min=1)
    if bool((off <= FINE).all()) and int(drawn.sums.abs().max()) > WHOLE_IN_FLOAT32:
        return "sum-in-float32"
    overflowed = bool((added_up[lost] > 65504).all())
    rounded = bool((off[~lost] <= COARSE).all()) and bool((off > FINE).any())
    return "sum-in-half-precision" if overflowed and rounded else None


def _wrong_sums(drawn: Coded) -> Iterator[Suspect]:
    """i64[t, o]; ideas that do no harm on these codes are left out."""
    for idea, suspect in _all_sums(drawn):
        if suspect.shape == drawn.sums.shape and not torch.equal(suspect, drawn.sums):
            yield idea, suspect


def _all_sums(drawn: Coded) -> Iterator[Suspect]:
    qx, qw, sums = drawn.qx.long(), drawn.qw.long(), drawn.sums
    yield "cast-after-the-product", _wrapped(sums, 8)
    if qx.shape[0] * qw.numel() <= MOST_PRODUCTS:
        yield "cast-after-the-product", _wrapped(qx[:, :, None] * qw, 8).sum(dim=1)
    yield "sum-in-sixteen-bits", _wrapped(sums, 16)
    for least, most in ((-128, 127), (-127, 127), (-(2**15), 2**15 - 1)):
        yield "sum-clipped", sums.clamp(least, most)
    if qw.shape[0] == qw.shape[1]:
        yield "weights-transposed", qx @ qw.T
    for block in BLOCKS:
        kept = qx.shape[1] // block * block
        yield "remainder-dropped", qx[:, :kept] @ qw[:kept]


def _wrapped(numbers: Tensor, bits: int) -> Tensor:
    return (numbers + 2 ** (bits - 1)).remainder(2**bits) - 2 ** (bits - 1)


# --- results with their scales ------------------------------------------------------------------


def thought_of_result(drawn: Coded, came: Tensor) -> str | None:
    """The misconception behind a result f32[t, o] of codes and steps, or None."""
    finite = bool(came.isfinite().all())
    if finite and (ideas := nearest_ideas(came, _wrong_results(drawn), tolerance=SAME)):
        return only(ideas)
    if scales_are_widened(drawn, came):
        return "epsilon-hides-small-rows"
    return _thought_of_precision(drawn, came.double())


def scales_are_widened(drawn: Coded, came: Tensor) -> bool:
    """Whether one constant, added to scales or the least that they may be, explains every result f32[t, o].

    It is taken from the result that it enlarges most, and has to give all others.
    """
    live = (drawn.sums != 0) & (drawn.unit > 0)
    if came.shape != live.shape or min(came.shape) < FEWEST or not bool(came.isfinite().all() and live.any()):
        return False
    counted = came.double() / torch.where(live, drawn.sums, 1)  # what a sum of 1 stands for
    grown = torch.where(live, counted / torch.where(live, drawn.unit, 1.0), 1.0)
    most = divmod(int(grown.argmax()), came.shape[1])
    if not float(grown[most]) > 1 + 5 * NEAR:
        return False
    suspects = [*_with_a_constant(drawn, counted, most)]
    if float((grown[live] <= 1 + NEAR).double().mean()) >= KEPT:
        suspects += _with_a_least(drawn, counted, most)
    off = (((suspect - counted) / counted).abs()[live] for suspect in suspects)
    return any(bool((one <= NEAR).all()) for one in off)


def _with_a_constant(drawn: Coded, counted: Tensor, at: tuple[int, int]) -> Iterator[Tensor]:
    """f64[t, o]: steps times steps with a constant added somewhere, which the number at ``at`` tells."""
    sx, sw = drawn.sx.double()[:, None], drawn.sw.double()
    x, w, one = float(sx[at[0]]), float(sw[at[1]]), float(counted[at])
    yield (sx + (one / w - x)) * sw
    yield sx * (sw + (one / x - w))
    yield drawn.unit + (one - x * w)
    both = (((x - w) ** 2 + 4 * one) ** 0.5 - x - w) / 2  # solves (x + both) (w + both) = one
    yield (sx + both) * (sw + both)


def _with_a_least(drawn: Coded, counted: Tensor, at: tuple[int, int]) -> Iterator[Tensor]:
    """f64[t, o]: steps times steps that are at least something, which the number at ``at`` tells."""
    sx, sw = drawn.sx.double()[:, None], drawn.sw.double()
    x, w, one = float(sx[at[0]]), float(sw[at[1]]), float(counted[at])
    yield sx.clamp(min=one / w) * sw
    yield sx * sw.clamp(min=one / x)
    yield drawn.unit.clamp(min=one)
    for both in (one / w, one / x, one**0.5):
        yield sx.clamp(min=both) * sw.clamp(min=both)


def _thought_of_precision(drawn: Coded, came: Tensor) -> str | None:
    """Results that are off by what float types can't hold; the sums were exact."""
    sums = drawn.sums
    counted = came / torch.where(drawn.unit > 0, drawn.unit, 1.0)
    off = (counted - sums).abs()
    share = (off / sums.abs().clamp(min=1))[(drawn.unit > IN_HALF) & came.isfinite() & (sums != 0)]
    overflowed = came.isinf() & (drawn.exact != 0)
    lost = bool((overflowed | came.isfinite()).all()) and len(share) > 0
    zeros_kept = not bool(came[sums == 0].count_nonzero())
    if lost and zeros_kept and float(share.max()) <= COARSE and float(share.median()) > IN_FLOAT32:
        return "scaled-in-half-precision"
    if not bool((off <= FINE * drawn.added_up).all()):
        return None
    if float(drawn.added_up.max()) <= WHOLE_IN_FLOAT32:
        return "scales-before-the-sum"  # sums of codes alone would be exact
    small = sums.abs() < 1000  # of those it can be seen whether whole numbers were added
    if not bool(small.any()):
        return None
    whole = bool(((counted - counted.round()).abs()[small] <= 2e-3).all())
    return "sum-in-float32" if whole else "scales-before-the-sum"


def _wrong_results(drawn: Coded) -> Iterator[Suspect]:
    sums, sx, sw = drawn.sums.double(), drawn.sx.double()[:, None], drawn.sw.double()
    yield "product-not-scaled-back", sums
    yield "product-not-scaled-back", sums * sx
    yield "product-not-scaled-back", sums * sw
    yield "scales-added", sums * (sx + sw)
    for upside_down in (1 / (sx * sw), sw / sx, sx / sw):
        if bool(upside_down.isfinite().all()):
            yield "divides-on-the-way-back", sums * upside_down
    for one_x in (sx, sx.max(), sx.mean(), sx[0]):
        for one_w in (sw, sw.max(), sw.mean(), sw[0]):
            if one_x is not sx or one_w is not sw:
                yield "one-scale-for-all", sums * one_x * one_w
    yield from ((idea, wrong * sx * sw) for idea, wrong in _wrong_sums(drawn))
    if len(sx) == len(sw):
        yield "token-scales-on-the-columns", sums * sx.T * sw
        yield "token-scales-on-the-columns", sums * sx.T * sw[:, None]
        yield "token-scales-on-the-columns", sums * sx * sw[:, None]


# --- layers -------------------------------------------------------------------------------------


def thought_of_layer(drawn: Layer, came: Tensor) -> str | None:
    """The misconception behind the result f32[t, o] of activations and int8 weights, or None."""
    live = drawn.X.any(dim=1)
    if not bool(came.isfinite().all()):
        alone = bool(came[live].isfinite().all()) and bool(came[~live].isnan().any())
        return "zero-row-becomes-nan" if alone else None
    # Its error must be the idea's, and it must be the idea's result: one that is lost leaves the same error
    # whatever it was lost to.
    errors = [
        (idea, value - drawn.exact)
        for idea, value in _wrong_layers(drawn)
        if (came - value).norm() <= SAME_ERROR * value.norm()
        and abs(drawn.error_of(value) / drawn.yardstick_error - 1) > HARMLESS
    ]
    if ideas := nearest_ideas(came.double() - drawn.exact, errors, tolerance=SAME_ERROR):
        return only(ideas)
    return "activations-left-in-float" if drawn.error_of(came) < UNROUNDED * drawn.yardstick_error else None


def _wrong_layers(drawn: Layer) -> Iterator[Suspect]:
    X, weights = drawn.X.double(), drawn.weights
    absmax = X.abs().amax(dim=1, keepdim=True)
    for steps in (127.0, 127.5):
        yield "one-scale-for-all", _on_grid(X, X.abs().max().reshape(1, 1) / steps) @ weights
        yield "scales-on-the-wrong-axis", _on_grid(X, X.abs().amax(dim=0, keepdim=True) / steps) @ weights
        for beyond in (_clipped, _wrapped_codes, _kept):
            signed = X.amax(dim=1, keepdim=True) / steps
            yield "scale-from-signed-max", _on_grid(X, signed, beyond=beyond) @ weights
        for rounding in (torch.trunc, torch.floor):
            yield "truncated-not-rounded", _on_grid(X, absmax / steps, rounding) @ weights
            # In float32 it is decided on which side of 127 the largest value ends.
            scale = torch.where(absmax > 0, absmax / steps, 1.0).float()
            for codes in (drawn.X / scale, drawn.X * (1 / scale)):
                cut = rounding(codes).clamp(-128, 127).double() * scale.double()
                yield "truncated-not-rounded", cut @ weights
    for steps in (127.5, 128.0):
        yield "codes-wrap-around", _on_grid(X, absmax / steps, beyond=_wrapped_codes) @ weights
    scale = absmax / TOP
    codes = _on_grid(X, scale) / torch.where(scale > 0, scale, 1.0)
    for epsilon in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
        for step in (
            scale + epsilon,
            scale.clamp(min=epsilon),
            (absmax + epsilon) / TOP,
            absmax.clamp(min=epsilon) / TOP,
        ):
            if not torch.allclose(step, scale, rtol=1e-3, atol=0.0):
                yield "epsilon-hides-small-rows", _on_grid(X, step) @ weights
                # The same on one of the two ways alone: to the codes, or back.
                yield "epsilon-hides-small-rows", _on_grid(X, step) / step * scale @ weights
                yield "epsilon-hides-small-rows", codes * step @ weights
    unscaled = codes @ drawn.qw.double()
    for result in (unscaled, unscaled * scale, unscaled * drawn.sw):
        yield "product-not-scaled-back", result
    for bits, idea in ((8, "cast-after-the-product"), (16, "sum-in-sixteen-bits")):
        yield idea, _wrapped(unscaled, bits) * scale * drawn.sw


def _on_grid(
    X: Tensor,
    step: Tensor,
    rounding: Callable[[Tensor], Tensor] = torch.round,
    beyond: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """``X`` on the grid of int8 codes times ``step`` (which broadcasts); codes past the ends are clipped."""
    divisor = torch.where(step == 0, 1.0, step)
    return (beyond or _clipped)(rounding(X / divisor)) * step


def _clipped(codes: Tensor) -> Tensor:
    return codes.clamp(-128, 127)


def _wrapped_codes(codes: Tensor) -> Tensor:
    return _wrapped(codes, 8)


def _kept(codes: Tensor) -> Tensor:
    return codes
