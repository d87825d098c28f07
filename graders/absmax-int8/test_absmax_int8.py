"""Hidden checks of absmax-int8: a round trip, judged against absmax/127 of the matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from matrices import family, within_range
from peaks import judge_peak
from row_suspects import thought_behind
from scale_form import thought_of_int8_codes
from torch import Tensor
from yardsticks import HALF_STEP_LIMIT, NORM_FACTOR, absmax_per_tensor, moved, times_error

SIDE = 1024

ORDINARY = ("square", "wide", "tall", "odd sizes", "transposed", "strided")
UNEVEN = ("negative peaks", "one outlier", "outlier rows", "outlier columns", "uneven rows")
EDGES = ("one row", "one column", "one weight", "constant rows")

# One scale for a matrix is one scale for a single long row, so the ideas about rows serve here, some renamed.
NAMES = {"epsilon-hides-small-rows": "epsilon-hides-small-weights", "one-scale-for-all": None}


class RoundTrip(NamedTuple):
    """A matrix, the learner's codes and scale of it, and what came back."""

    W: Tensor
    q: Tensor
    scale: float
    W_hat: Tensor

    def thought(self) -> str | None:
        """The misconception that explains what came back, or None."""
        if self._divided():
            return "divides-on-the-way-back"
        as_row = (tensor.reshape(1, -1) for tensor in (self.W, self.q, torch.tensor(self.scale), self.W_hat))
        idea = thought_behind(*as_row)
        return NAMES.get(idea, idea) if idea else None

    def _divided(self) -> bool:
        codes, came = self.q.double(), self.W_hat.double()
        if not self.scale or torch.allclose(came, codes * self.scale, rtol=1e-4):
            return False
        return torch.allclose(came, codes / self.scale, rtol=1e-4)


# --- the learner's functions, with the form of their results ------------------------------------


def encode(solution, expect, W: Tensor):
    """The learner's codes and scale for ``W``; ends the check if their form is not the brief's."""
    result = solution.quantize(W)
    expect(
        not holds_copy(result, W),
        expected="codes and one scale",
        came="results that have room for every weight as a float",
        misconception="float-copy-in-the-payload",
    )
    q, scale = expect.sequence(result, 2, names="q, scale")
    q = expect.tensor(
        q, name="q", dtype=torch.int8, shape=W.shape, misconception=lambda: thought_of_int8_codes(q, W)
    )
    if isinstance(scale, Tensor):
        expect_scale_tensor(expect, scale, W)
    else:
        expect(
            isinstance(scale, (int, float)) and not isinstance(scale, bool),
            expected="scale: a tensor of one float, or a number",
            came="None" if scale is None else f"a value of type {type(scale).__name__}",
        )
    return q, scale


def expect_scale_tensor(expect, scale: Tensor, W: Tensor) -> None:
    dtype = str(scale.dtype).removeprefix("torch.")
    expect(
        scale.numel() == 1,
        expected="scale: one float for the whole matrix",
        came=f"a {dtype} tensor of shape {tuple(scale.shape)}",
        misconception="scale-for-each-row" if W.shape[1] > 1 and scale.numel() == len(W) else None,
    )
    expect(
        scale.is_floating_point() and scale.element_size() <= 4,
        expected="scale: float32, float16 or bfloat16",
        came=f"a {dtype} tensor",
        misconception="scale-rounded-to-integer" if is_integer(scale) else thought_of_width(scale),
    )


def decode(solution, expect, q, scale) -> Tensor:
    W_hat = solution.dequantize(q, scale)
    return expect.tensor(W_hat, name="what dequantize returns", dtype=torch.float32, shape=q.shape)


def round_trip(solution, expect, W: Tensor) -> RoundTrip:
    q, scale = encode(solution, expect, W)
    return RoundTrip(W, q, float(scale), decode(solution, expect, q, scale))


def holds_copy(result: object, W: Tensor) -> bool:
    """Whether floats enough for all of ``W`` (of two columns or more) came beside int8 codes."""
    parts = result if isinstance(result, (tuple, list)) else (result,)
    tensors = [part for part in parts if isinstance(part, Tensor)]
    floats = sum(part.numel() for part in tensors if part.is_floating_point())
    codes = sum(part.numel() for part in tensors if part.dtype == torch.int8)
    return codes >= W.numel() and floats + (codes - W.numel()) // 4 >= W.numel() > len(W)


def thought_of_width(scale: Tensor) -> str | None:
    return "scale-in-float64" if scale.dtype == torch.float64 else None


def is_integer(tensor: Tensor) -> bool:
    return not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)


# --- the two measures ---------------------------------------------------------------------------


def judge(measure, trips: list[RoundTrip]) -> None:
    """The error of each matrix, where it tells a wrong grid from a right one, and its largest error."""
    for trip in trips:
        yardstick = absmax_per_tensor(trip.W)
        if yardstick.norm_decides:
            ratio = yardstick.ratio_of(trip.W_hat)
            measure(
                "error",
                ratio,
                yardstick.ratio_limit,
                unit="× absmax/127",
                expected=f"an error of at most {NORM_FACTOR} times that of absmax/127",
                came=f"{times_error(ratio)}, on a matrix of {size(trip.W)}",
                misconception=lambda: common_thought(trips),
            )
        judge_largest(measure, trip, lambda: common_thought(trips))


def judge_largest(measure, trip: RoundTrip, thought: Callable[[], str | None] | None = None) -> None:
    largest = absmax_per_tensor(trip.W).largest_of(trip.W_hat)
    measure(
        "largest error",
        largest,
        HALF_STEP_LIMIT,
        unit="steps of absmax/127",
        expected=f"every weight within {HALF_STEP_LIMIT:g} of a step of absmax/127",
        came=f"{moved(largest)}, in a matrix of {size(trip.W)}",
        misconception=thought,
    )


def common_thought(trips: list[RoundTrip]) -> str | None:
    """The one misconception that the wrong round trips of a check show, at least half of them.

    On a single matrix two ideas may agree by chance (a percentile may be the largest positive weight).
    """
    wrong = [
        trip for trip in trips if not absmax_per_tensor(trip.W).largest_of(trip.W_hat) <= HALF_STEP_LIMIT
    ]
    thoughts = [thought for trip in wrong if (thought := trip.thought())]
    if not thoughts and small_ones_lost(trips, wrong):
        return "epsilon-hides-small-weights"
    return thoughts[0] if len(set(thoughts)) == 1 and 2 * len(thoughts) >= len(wrong) else None


def small_ones_lost(trips: list[RoundTrip], wrong: list[RoundTrip]) -> bool:
    """Whether just the matrices below some size came back as zeros, and others well with a scale that is no integer.

    One such matrix alone tells nothing: rounding its scale to an integer loses it as well.
    """
    known = {id(trip) for trip in wrong}
    well = [trip for trip in trips if id(trip) not in known and bool(trip.W.any())]
    if not wrong or not any(trip.scale != round(trip.scale) for trip in well):
        return False
    lost = not any(bool(trip.W_hat.count_nonzero()) for trip in wrong)
    return lost and max(map(absmax, wrong)) < min(map(absmax, well))


def absmax(trip: RoundTrip) -> float:
    return float(trip.W.abs().max())


def judge_zeros(expect, trip: RoundTrip) -> None:
    """Rows of zeros come back as zeros, to the bit."""
    came = trip.W_hat[trip.W.abs().amax(dim=1) == 0]
    not_numbers = bool(came.isnan().any())
    whole = "a matrix of zeros" if not bool(trip.W.any()) else "a row of zeros"
    expect(
        not came.count_nonzero(),
        expected=f"{whole} to come back as exact zeros",
        came="NaN in it" if not_numbers else f"numbers as large as {came.abs().max():.2g} in it",
        misconception="zero-matrix-becomes-nan" if not_numbers and not trip.W.any() else trip.thought,
    )


def size(W: Tensor) -> str:
    return f"{W.shape[0]} × {W.shape[1]}"


def between_halves(draw) -> float:
    """A small scale that float16 and bfloat16 round by more than 0.15 %, so that rounding it too late shows."""
    while True:
        scale = torch.tensor(draw.uniform(1.05e-3, 2e-3) / 127)
        if all(abs(scale.to(half).float() / scale - 1) > 0.0015 for half in (torch.float16, torch.bfloat16)):
            return float(scale)


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return int8 codes and one float scale, and float32 weights on the way back."""
    for shape in ((draw.integer(5, 9), draw.integer(11, 17)), (draw.integer(11, 17), draw.integer(5, 9))):
        round_trip(solution, expect, within_range(draw.normal(*shape)))


def test_ordinary(solution, draw, measure, expect):
    """Matrices of any shape and layout come back as well as one scale can do it."""
    judge(measure, [round_trip(solution, expect, family(draw, name)) for name in ORDINARY])


def test_uneven(solution, draw, measure, expect):
    """Outliers are not clipped, and the largest magnitude may be negative."""
    judge(measure, [round_trip(solution, expect, family(draw, name)) for name in UNEVEN])


def test_small_and_large(solution, draw, measure, expect):
    """Matrices as small as 1e-3 and as large as 1e3 are served alike."""
    smallest = draw.uniform(1.001, 1.02) * 1e-3 / 127  # always there: below 1e-5, which hides it as a bound
    drawn = {"large": draw.uniform(6.3, 6.7), "small": between_halves(draw)}
    matrices = [(family(draw, name), scale) for name, scale in drawn.items()]
    matrices.append((family(draw, "small", 1500), smallest))
    scaled = [W * (127 * scale / W.abs().max()) for W, scale in matrices]
    judge(measure, [round_trip(solution, expect, W) for W in scaled])


def test_edges(solution, draw, measure, expect):
    """One row, one column, one weight and constant rows are served."""
    judge(measure, [round_trip(solution, expect, family(draw, name)) for name in EDGES])


def test_zeros(solution, draw, measure, expect):
    """Zeros come back as exact zeros: a whole matrix of them, and single rows."""
    for name in ("zero matrix", "zero rows"):
        trip = round_trip(solution, expect, family(draw, name))
        judge_zeros(expect, trip)
        judge(measure, [trip])


def test_memory(draw, measure, expect, peak_memory, payload_bytes):
    """A 1024 × 1024 matrix takes one byte a weight and a scale, and little memory on the way."""
    W = draw.normal(SIDE, SIDE)
    payload, grown = peak_memory("quantize", W)
    as_number = isinstance(payload, (tuple, list)) and any(isinstance(part, (int, float)) for part in payload)
    measure(
        "payload",
        payload_bytes(payload),
        SIDE * SIDE + (8 if as_number else 4),
        unit="bytes",
        expected="one byte a weight and one scale",
        misconception=lambda: thought_of_payload(payload, W),
    )
    q, scale = expect.sequence(payload, 2, names="q, scale")
    judge_memory(measure, "peak memory of quantize", grown)
    came, grown = peak_memory("dequantize", *payload)
    judge_memory(measure, "peak memory of dequantize", grown)
    # Little memory counts only where the work was done: what came back is judged like every other matrix.
    W_hat = expect.tensor(came, name="what dequantize returns", dtype=torch.float32, shape=W.shape)
    judge_largest(measure, RoundTrip(W, q, scale, W_hat))


def thought_of_payload(payload: object, W: Tensor) -> str | None:
    if holds_copy(payload, W):
        return "float-copy-in-the-payload"
    if not (isinstance(payload, (tuple, list)) and len(payload) == 2 and isinstance(payload[1], Tensor)):
        return None
    if thought := thought_of_int8_codes(payload[0], W):
        return thought
    if payload[1].numel() > 1:
        return "scale-for-each-row" if payload[1].numel() == len(W) else None
    return "scale-rounded-to-integer" if is_integer(payload[1]) else thought_of_width(payload[1])


def judge_memory(measure, name: str, grown: int) -> None:
    judge_peak(
        measure,
        name,
        grown,
        SIDE**2,
        misconception=lambda: "all-levels-compared" if grown >= 250 * SIDE**2 else None,
    )
