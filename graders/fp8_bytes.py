"""What wrong ideas about E4M3 bytes and about the scale give, and which of them came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from agreement import agreed
from small_floats import E4M3, every_code, read_e4m3, rounded
from torch import Tensor
from yardsticks import FLOAT32_SLACK, Yardstick

SAME = 1e-4  # what a scale of 16 bits or a product in another order may cost is less than an idea
FACTOR = 1.15
TOPS = (448.0, 480.0, 464.0, 240.0)


class RoundTrip(NamedTuple):
    """A matrix, the learner's bytes and scale of it, and what came back."""

    W: Tensor  # f32[r, c]
    codes: Tensor  # u8[r, c]
    scale: float
    came: Tensor  # f32[r, c]

    @property
    def read(self) -> Tensor:
        """What the bytes and the scale say, f64[r, c]."""
        return read_e4m3(self.codes) * self.scale


def yardstick_of(W: Tensor) -> Yardstick:
    """E4M3 with the scale absmax / 448; its step is absmax at every weight."""
    exact = W.double()
    scale = exact.abs().max() / E4M3.largest
    x = exact / torch.where(scale > 0, scale, 1.0)
    W_hat = (rounded(x, E4M3) * scale).float()
    return Yardstick(W=exact, W_hat=W_hat, step=exact.abs().max().expand_as(exact), slack=FLOAT32_SLACK)


def limit_of(yardstick: Yardstick) -> float:
    """What an error may be, as a multiple of the yardstick's."""
    return FACTOR + yardstick.slack * float(yardstick.W.norm()) / yardstick.error


def serves(W: Tensor, came: Tensor) -> bool:
    """Whether a matrix came back within the limit."""
    yardstick = yardstick_of(W)
    return yardstick.error > 0 and yardstick.ratio_of(came) <= limit_of(yardstick)


# --- reading bytes --------------------------------------------------------------------------------


def wrong_tables() -> Iterator[tuple[str, Tensor]]:
    """Every wrong idea of what a byte means: the number of each of the 254 codes, f64[254]."""
    codes = every_code()
    right = read_e4m3(codes)
    code = codes.double()
    sign = torch.where(code < 128, 1.0, -1.0).double()
    exponent, mantissa = (codes.long() >> 3 & 15).double(), (codes.long() & 7).double()
    subnormal = exponent == 0
    power = torch.exp2(exponent - 7)
    yield "subnormals-flushed", torch.where(subnormal, 0.0, right)
    yield "subnormals-with-a-leading-one", sign * power * (1 + mantissa / 8)
    only_zero = torch.where(subnormal & (mantissa == 0), 0.0, sign * power * (1 + mantissa / 8))
    yield "subnormals-with-a-leading-one", only_zero
    raised = sign * torch.exp2(exponent.clamp(min=1) - 7) * (1 + mantissa / 8)
    yield "subnormals-with-a-leading-one", raised
    yield "subnormals-one-exponent-low", torch.where(subnormal, right / 2, right)
    yield "leading-one-forgotten", sign * power * mantissa / 8
    yield "leading-one-forgotten", sign * torch.exp2(exponent.clamp(min=1) - 7) * mantissa / 8
    for shift in (-1, 1):
        yield "bias-off-by-one", right * 2.0**shift
        normal = sign * torch.exp2(exponent - 7 + shift) * (1 + mantissa / 8)
        yield "bias-off-by-one", torch.where(subnormal, right, normal)
        only = sign * 2.0 ** (shift - 6) * mantissa / 8
        yield "bias-off-by-one", torch.where(subnormal, only, normal)
    yield "bias-off-by-one", right * 2.0**7
    yield "sign-bit-ignored", right.abs()
    yield "sign-bit-ignored", sign * 0 + torch.exp2((codes.long() >> 3).double() - 7) * (1 + mantissa / 8)
    yield "bits-split-as-e5m2", codes.view(torch.float8_e5m2).double()
    signed = torch.where(code < 128, code, code - 256)
    for whole in (code, signed, sign * (code % 128), code - 128):
        yield "codes-taken-for-integers", whole
    yield "mantissa-taken-as-tenths", torch.where(subnormal, right, sign * power * (1 + mantissa / 10))


def thought_of_reading(table: Tensor, scale: float) -> str | None:
    """Why the learner's numbers for the 254 codes are not E4M3's times the scale, or None.

    Args:
        table: f32[254], what came back for every code; scale: the learner's.
    """
    right = read_e4m3(every_code())
    if not scale or bool(((table - right * scale).abs() <= SAME * right.abs() * scale).all()):
        return None
    ideas = [(idea, wrong * scale) for idea, wrong in wrong_tables()]
    ideas += [("codes-not-scaled-back", right), ("divides-on-the-way-back", right / scale)]
    # FEWEST and shares count codes: subnormals are 14 of 254, and each idea about them must be exact.
    return agreed(table, right * scale, ideas, SAME)


# --- writing bytes --------------------------------------------------------------------------------


def thought_behind(trip: RoundTrip, table: Tensor | None) -> str | None:
    """The misconception that explains a wrong round trip or wrong bytes, or None.

    Args:
        table: what came back for every code with the learner's scale of this matrix, if it was asked for.
    """
    if table is not None and (thought := thought_of_reading(table, trip.scale)):
        return thought if not serves(trip.W, trip.came) else _own_order(trip)
    return thought_of_scale(trip) or _thought_of_writing(trip) or (_own_order(trip) if trip.W.any() else None)


def _own_order(trip: RoundTrip) -> str | None:
    """Whether the bytes serve their author, and nobody else."""
    if not serves(trip.W, trip.came) or serves(trip.W, trip.read):
        return None
    return "scale-stored-as-inverse" if _inverse(trip) else "codes-in-an-order-of-ones-own"


def _inverse(trip: RoundTrip) -> bool:
    return serves(trip.W, read_e4m3(trip.codes) / trip.scale)


def thought_of_scale(trip: RoundTrip) -> str | None:
    """What the scale alone tells."""
    W, scale = trip.W.double(), trip.scale
    absmax = float(W.abs().max())
    if not absmax or not scale:
        return None
    if _inverse(trip) and not serves(trip.W, trip.read):
        return "scale-stored-as-inverse"
    if serves(trip.W, trip.read):
        return None
    wrong = {
        "scale-from-signed-max": (float(W.max()), abs(float(W.max()))),
        "scale-from-average": (
            float(W.abs().mean()),
            float(W.std()),
            float(W.std(correction=0)),
            float(W.square().mean().sqrt()),
        ),
        "scale-from-norm": (float(W.norm()), float(W.abs().sum())),
    }
    if any(_near(scale, absmax / top) for top in TOPS):
        return None
    for idea, sizes in wrong.items():
        if any(_near(scale, size / top) for size in sizes for top in (*TOPS, 127.0, 1.0)):
            return idea
    return "scale-rounded-to-integer" if scale == round(scale) and scale > 1 else None


def _thought_of_writing(trip: RoundTrip) -> str | None:
    """What was written for numbers whose scale is good: compared with what torch writes."""
    if not trip.scale:
        return None
    x = trip.W / trip.scale
    right, read = rounded(x, E4M3), read_e4m3(trip.codes)
    return agreed(read, right, _writings(x, right), SAME)


def _writings(x: Tensor, right: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Every wrong idea of what to write, as what it reads."""
    yield "largest-taken-for-240", right.clamp(-240, 240)
    for rounding in (torch.trunc, torch.floor, torch.ceil):
        yield "truncated-not-rounded", rounded(x, E4M3, rounding)
    yield "subnormals-flushed", torch.where(right.abs() < 2.0**-6, 0.0, right)
    yield "subnormals-flushed", torch.where(x.abs() < 2.0**-6, 0.0, right)
    yield "sign-bit-ignored", right.abs()
    yield "mantissa-bits-miscounted", rounded(x, E4M3._replace(mantissa_bits=2))
    for shift in (-1, 1):
        yield "bias-off-by-one", (right * 2.0**shift).clamp(-448, 448)


def _near(number: float, wanted: float) -> bool:
    return abs(number - wanted) <= 2e-3 * abs(wanted)
