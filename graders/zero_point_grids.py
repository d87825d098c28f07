"""The matrices that wrong ideas about ranges, steps and zero points bring back."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from explained import Suspect
from torch import Tensor
from yardsticks import widened_range

EPSILONS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
LEVELS = (255, 256)


def grid_suspects(W: Tensor) -> Iterator[Suspect]:
    """Every idea with what it brings back for ``W`` (f32[r, c]); an idea may come in several variants."""
    exact = W.double()
    low, high = widened_range(exact)
    yield from _other_ranges(exact)
    yield from _one_zero_point(exact, low, high)
    yield from _symmetric(exact)
    ranges = [(low, high)]
    if not bool(((exact[:, :1] == exact).all(dim=1) & (exact[:, 0] != 0)).any()):
        ranges.append((exact.amin(1, keepdim=True), exact.amax(1, keepdim=True)))
    for least, most in ranges:
        yield from _other_rounding(exact, least, most)
        yield from _other_sign(exact, least, most)
        yield from _other_steps(exact, least, most)
        yield from _unfit(exact, least, most)
    if W.shape[0] == W.shape[1]:
        yield from _turned(exact, low, high)


def _other_ranges(W: Tensor) -> Iterator[Suspect]:
    """Right but for the range, or for who shares it."""
    magnitude = W.abs()
    zero = torch.zeros(len(W), 1, dtype=W.dtype)
    low, high = widened_range(W)
    absmax, absmin = magnitude.amax(1, keepdim=True), magnitude.amin(1, keepdim=True)
    for levels in LEVELS:
        for least, most in ((W.min(), W.max()), (W.min().clamp(max=0), W.max().clamp(min=0))):
            for W_hat in _either_way(W, least.reshape(1, 1), (most - least).reshape(1, 1) / levels):
                yield "one-scale-for-all", W_hat
        columns = (W.amin(0, keepdim=True), W.amax(0, keepdim=True))
        for least, most in (columns, (columns[0].clamp(max=0), columns[1].clamp(min=0))):
            yield from (
                ("scales-per-column", W_hat) for W_hat in _either_way(W, least, (most - least) / levels)
            )
        for least in (zero, absmin, low, -absmax):
            for spread in (absmax, absmax - absmin):
                for W_hat in _either_way(W, least, spread / levels):
                    yield "range-of-magnitudes", W_hat
        for W_hat in _either_way(W, zero, high / levels):
            yield "minimum-ignored", W_hat
        for W_hat in _either_way(W, zero, (high - low) / levels):
            yield "minimum-ignored", W_hat


def _one_zero_point(W: Tensor, low: Tensor, high: Tensor) -> Iterator[Suspect]:
    """A zero point for the matrix, beside a scale for each row."""
    step = (high - low) / 255
    least, most = W.min().clamp(max=0), W.max().clamp(min=0)
    for z in ((-least / (most - least) * 255).round(), (-low / _safe(step)).mean().round()):
        for codes in _stored((W / _safe(step)).round() + z):
            yield "one-zero-point-for-all", (codes - z) * step


def _symmetric(W: Tensor) -> Iterator[Suspect]:
    absmax = W.abs().amax(1, keepdim=True)
    for levels in (127, 127.5, 128):
        step = absmax / levels
        for z in (127, 128):
            for codes in _stored((W / _safe(step)).round() + z):
                yield "zero-point-always-128", (codes - z) * step


def _other_rounding(W: Tensor, low: Tensor, high: Tensor) -> Iterator[Suspect]:
    step = (high - low) / 255
    below, above, zero = W / _safe(step), (W - low) / _safe(step), -low / _safe(step)
    # The ends of the range are whole numbers of steps away: float32 decides to which side they are cut.
    single, from_low = (number.float() for number in (W, W - low))
    divisor = _safe(step).float()
    for round_zero in (torch.round, torch.floor, torch.ceil):
        z = round_zero(zero)
        for stored_zero in (z, round_zero(-low.float() / divisor)):
            yield "zero-point-rounded-apart", (above.round().clamp(0, 255) - stored_zero) * step
        for cut in (torch.trunc, torch.floor, torch.ceil):
            for codes in (
                *(cut(below) + z, cut(above), cut(below + z)),
                *(cut(single / divisor) + z, cut(from_low / divisor), cut(single / divisor + z.float())),
                *(single // divisor + z, from_low // divisor),
            ):
                yield from (("truncated-not-rounded", (stored - z) * step) for stored in _stored(codes))
        for stored_zero in (z, round_zero(-low.float() / divisor)):
            for codes in (
                *(below.floor() + stored_zero, above.floor()),
                *((single / divisor).floor() + stored_zero, (from_low / divisor).floor()),
            ):
                yield "zero-between-two-codes", (codes.clamp(0, 255) - stored_zero + 0.5) * step
    for half in (torch.float16, torch.bfloat16):
        rounded = step.to(half).double()
        z = (-low / _safe(rounded)).round()
        yield "zero-point-rounded-apart", (((W - low) / _safe(rounded)).round() - z) * rounded
        codes = (below.round() + zero.round()).clamp(0, 255)
        yield "scale-rounded-after-use", (codes - zero.round()) * rounded
    wrapped = (below.round() + zero.round()).remainder(256)
    yield "codes-wrap-around", (wrapped - zero.round()) * step


def _other_sign(W: Tensor, low: Tensor, high: Tensor) -> Iterator[Suspect]:
    """min / scale for a zero point, added on the way there and subtracted on the way back."""
    step = (high - low) / 255
    z = (low / _safe(step)).round()
    for steps in ((W / _safe(step)).round(), ((W - low) / _safe(step)).round()):
        for codes in _stored(steps + z):
            yield "zero-point-sign", (codes - z) * step
    yield "zero-point-sign", (((W - low) / _safe(step)).round().clamp(0, 255) - z) * step


def _other_steps(W: Tensor, low: Tensor, high: Tensor) -> Iterator[Suspect]:
    spread = high - low
    yield from (("divided-by-256", W_hat) for W_hat in _either_way(W, low, spread / 256))
    right = spread / 255
    for step in (right.round(), right.ceil(), right.round().clamp(min=1)):
        yield from (("scale-rounded-to-integer", W_hat) for W_hat in _either_way(W, low, step))
    for epsilon in EPSILONS:
        for widened in (spread + epsilon, spread.clamp(min=epsilon)):
            for step in (widened / 255, right + (widened - spread), right.clamp(min=epsilon)):
                if not torch.allclose(step[right > 0], right[right > 0], rtol=1e-3, atol=0.0):
                    yield from (("epsilon-hides-small-rows", W_hat) for W_hat in _either_way(W, low, step))


def _unfit(W: Tensor, low: Tensor, high: Tensor) -> Iterator[Suspect]:
    """The right grid, but the zero point is cut off or wraps around where it is stored."""
    step = (high - low) / 255
    below, z = (W / _safe(step)).round(), (-low / _safe(step)).round()
    from_low = ((W - low) / _safe(step)).round().clamp(0, 255)
    signed = (z + 128).remainder(256) - 128
    for held in (z.clamp(0, 255), z.remainder(256), z.clamp(-128, 127), signed):
        if torch.equal(held, z):
            continue
        for codes in (*_stored(below + z), *_stored(below + held), from_low):
            yield "zero-point-does-not-fit", (codes - held) * step


def _turned(W: Tensor, low: Tensor, high: Tensor) -> Iterator[Suspect]:
    """Scales and zero points of rows, met by columns."""
    step = (high - low) / 255
    z = (-low / _safe(step)).round()
    for scale, zero in ((step.T, z.T), (step, z.T), (step.T, z)):
        for codes in _stored((W / _safe(scale)).round() + zero):
            yield "scale-on-the-wrong-axis", (codes - zero) * scale
            yield "scale-on-the-wrong-axis", (codes - z) * step


def _either_way(W: Tensor, low: Tensor, step: Tensor) -> Iterator[Tensor]:
    """With the zero point rounded before the codes, or apart from them; codes clipped or wrapped."""
    z = (-low / _safe(step)).round()
    for codes in (*_stored((W / _safe(step)).round() + z), *_stored(((W - low) / _safe(step)).round())):
        yield (codes - z) * step


def _stored(codes: Tensor) -> Iterator[Tensor]:
    """Codes as uint8 holds them: clipped, or wrapped around."""
    yield codes.clamp(0, 255)
    yield codes.remainder(256)


def _safe(step: Tensor) -> Tensor:
    return torch.where(step == 0, 1.0, step)
