"""Hidden checks of per-row-scales: a round trip, judged against absmax/127 of each row."""

from __future__ import annotations

from typing import NamedTuple

import torch
from matrices import family, within_range
from peaks import judge_peak
from row_suspects import thought_behind
from scale_form import SCALE_DTYPES, scale_dtypes, thought_of_int8_codes, thought_of_row_scale
from torch import Tensor
from yardsticks import HALF_STEP_LIMIT, NORM_FACTOR, absmax_per_row, moved, times_error

from tutor.grading.checks import like

SIDE = 1024

IN_NORM = ("outlier rows", "square", "outlier columns", "negative peaks", "odd sizes", "one row", "strided")
IN_STEPS = ("negative peaks", "odd sizes", "uneven rows", "tall", "one outlier")
EDGES = ("wide", "one row", "one column", "one weight", "constant rows", "transposed", "strided")


class RoundTrip(NamedTuple):
    """A matrix, the learner's codes and scales of it, and what came back."""

    W: Tensor
    q: Tensor
    scale: Tensor
    W_hat: Tensor

    def thought(self) -> str | None:
        return thought_behind(self.W, self.q, self.scale.float(), self.W_hat)


# --- the learner's functions, with the form of their results ------------------------------------


def encode(solution, expect, W):
    """The learner's codes and scales for ``W``; ends the check if their form is not the brief's."""
    rows, columns = W.shape
    result = solution.quantize_rows(W)
    expect(
        not holds_copy(result, W),
        expected=f"codes and one scale a row: {rows * columns + 4 * rows} bytes",
        came="results that have room for every weight as a float",
        misconception="float-copy-in-the-payload",
    )
    q, scale = expect.sequence(result, 2, names="q, scale")
    q = expect.tensor(
        q, name="q", dtype=torch.int8, shape=W.shape, misconception=lambda: thought_of_int8_codes(q, W)
    )
    scale = expect.tensor(
        scale,
        name="scale",
        dtype=scale_dtypes(scale),
        shape=((rows,), (rows, 1)),
        misconception=lambda: thought_of_row_scale(scale, rows, columns),
    )
    return q, scale


def decode(solution, expect, q, scale):
    W_hat = solution.dequantize_rows(q, scale)
    return expect.tensor(W_hat, name="what dequantize_rows returns", dtype=torch.float32, shape=q.shape)


def round_trip(solution, expect, W):
    q, scale = encode(solution, expect, W)
    return RoundTrip(W, q, scale, decode(solution, expect, q, scale))


def holds_copy(result: object, W: Tensor) -> bool:
    """Whether floats enough for all of ``W`` came beside what may be float (one scale a row)."""
    parts = result if isinstance(result, (tuple, list)) else (result,)
    floats = [part for part in parts if isinstance(part, Tensor) and part.is_floating_point()]
    codes = sum(part.numel() for part in parts if isinstance(part, Tensor) and part.dtype == torch.int8)
    room = sum(part.numel() for part in floats) + max(0, codes - W.numel()) // 4
    return len(parts) > 1 and codes >= W.numel() and room >= W.numel() > W.shape[0]


# --- the two measures ---------------------------------------------------------------------------


def judge_norm(measure, trip: RoundTrip):
    """The error of the whole matrix, where it tells a wrong grid from another right one."""
    yardstick = absmax_per_row(trip.W)
    if not yardstick.norm_decides:
        return
    ratio = yardstick.ratio_of(trip.W_hat)
    measure(
        "error",
        ratio,
        yardstick.ratio_limit,
        unit="× absmax/127 of each row",
        expected=f"an error of at most {NORM_FACTOR} times that of absmax/127 in each row",
        came=f"{times_error(ratio)}, on a matrix of {size(trip.W)}",
        misconception=trip.thought,
    )


def judge_steps(measure, trip: RoundTrip, *, guess: bool = True):
    """The largest error of any weight, in steps of its own row; with a guess at the thought behind it."""
    largest = absmax_per_row(trip.W).largest_of(trip.W_hat)
    measure(
        "largest error",
        largest,
        HALF_STEP_LIMIT,
        unit="steps of absmax/127",
        expected=f"every weight within {HALF_STEP_LIMIT:g} of a step of absmax/127 of its row",
        came=f"{moved(largest)}, in a matrix of {size(trip.W)}",
        misconception=trip.thought if guess else None,
    )


def judge_zeros(expect, trip: RoundTrip):
    """Rows of zeros come back as zeros, to the bit."""
    came = trip.W_hat[trip.W.abs().amax(dim=1) == 0]
    not_numbers = bool(came.isnan().any())
    expect(
        not came.count_nonzero(),
        expected="a row of zeros to come back as exact zeros",
        came="NaN in it"
        if not_numbers
        else f"numbers in it that are not zero, {came.abs().max():.2g} at most",
        misconception="zero-row-becomes-nan" if not_numbers else trip.thought,
    )


def size(W: Tensor) -> str:
    return f"{W.shape[0]} × {W.shape[1]}"


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return int8 codes and one float scale a row, and float32 weights on the way back."""
    for shape in ((draw.integer(5, 9), draw.integer(11, 17)), (draw.integer(11, 17), draw.integer(5, 9))):
        round_trip(solution, expect, within_range(draw.normal(*shape)))


def test_error(solution, draw, measure, expect):
    """The matrix comes back nearly as well as one scale a row can do it."""
    for name in IN_NORM:
        judge_norm(measure, round_trip(solution, expect, family(draw, name)))


def test_largest_error(solution, draw, measure, expect):
    """No weight moves by more than half a step of its row: nothing is clipped."""
    for name in IN_STEPS:
        judge_steps(measure, round_trip(solution, expect, family(draw, name, 1500)))


def test_square(solution, draw, measure, expect):
    """In a square matrix, too, each scale belongs to a row and not to a column."""
    for _ in range(2):
        side = draw.integer(48, 64)
        sizes = 10.0 ** torch.linspace(-1.5, 1.5, side)[draw.permutation(side)]
        judge_steps(
            measure, round_trip(solution, expect, within_range(draw.normal(side, side) * sizes[:, None]))
        )


def test_small_and_large(solution, draw, measure, expect):
    """Rows as small as 1e-3 and as large as 1e3 are served alike."""
    judge_steps(measure, round_trip(solution, expect, from_the_smallest(draw)))
    for name in ("small", "large"):
        judge_steps(measure, round_trip(solution, expect, family(draw, name, 1500)))


def from_the_smallest(draw) -> Tensor:
    """Rows from the smallest absmax that is promised, 1e-3, up to ten thousand times that."""
    W = family(draw, "uneven rows", 1500)
    return within_range(W * (draw.uniform(1.001e-3, 1.02e-3) / W.abs().amax(dim=1).min()))


def test_zero_rows(solution, draw, measure, expect):
    """Rows of zeros come back as exact zeros, and do not disturb the others."""
    for name in ("zero rows", "zero matrix"):
        trip = round_trip(solution, expect, family(draw, name, 1500))
        judge_zeros(expect, trip)
        judge_steps(measure, trip)


def test_shapes(solution, draw, measure, expect):
    """One row, one column, constant rows and views that are not contiguous are served."""
    for name in EDGES:
        judge_steps(measure, round_trip(solution, expect, family(draw, name, 600)))


def test_codes_reordered(solution, draw, expect):
    """Reorder the codes of one row, and the weights of that row follow: they lie in the codes."""
    for _ in range(3):
        W = within_range(draw.normal(draw.integer(5, 9), draw.integer(40, 70)))
        q, scale = encode(solution, expect, W)
        before = decode(solution, expect, q, scale)
        row = draw.integer(0, len(W) - 1)
        moved = q.clone()
        moved[row] = q[row, draw.permutation(W.shape[1])]
        after = decode(solution, expect, like(q, moved), scale)
        others = torch.arange(len(W)) != row
        expect(
            torch.equal(before[others], after[others]),
            expected="the other rows unchanged when the codes of one row are reordered",
            came="changes in other rows",
        )
        half_step = 0.5 * float(W[row].abs().max()) / 127.5
        went = (before[row] - after[row]).abs() > half_step
        same = torch.allclose(
            before[row].sort().values, after[row].sort().values, rtol=1e-5, atol=half_step / 1e3
        )
        expect(
            same and int(went.sum()) == int((q[row] != moved[row]).sum()),
            expected="the same weights in another order when the codes of a row are reordered",
            came="other weights" if not same else "weights that stay where they were",
        )


def test_memory(draw, measure, expect, peak_memory, payload_bytes):
    """A 1024 × 1024 matrix takes one byte a weight and four a row, and little memory on the way."""
    W = draw.normal(SIDE, SIDE)
    payload, grown = peak_memory("quantize_rows", W)
    measure(
        "payload",
        payload_bytes(payload),
        SIDE * SIDE + 4 * SIDE,
        unit="bytes",
        expected="one byte a weight and four bytes a row",
        misconception=lambda: "float-copy-in-the-payload" if holds_copy(payload, W) else None,
    )
    q, scale = expect.sequence(payload, 2, names="q, scale")
    judge_memory(measure, "peak memory of quantize_rows", grown)
    W_hat, grown = peak_memory("dequantize_rows", q, scale)
    judge_memory(measure, "peak memory of dequantize_rows", grown)
    # Little memory counts only where the work was done: what came back is judged like every other matrix.
    W_hat = expect.tensor(W_hat, name="what dequantize_rows returns", dtype=torch.float32, shape=W.shape)
    expect.tensor(scale, name="scale", dtype=SCALE_DTYPES, shape=((SIDE,), (SIDE, 1)))
    judge_steps(measure, RoundTrip(W, q, scale, W_hat), guess=False)


def judge_memory(measure, name: str, grown: int):
    judge_peak(
        measure,
        name,
        grown,
        SIDE**2,
        misconception=lambda: "all-levels-compared" if grown >= 255 * SIDE**2 else None,
    )
