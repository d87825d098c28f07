"""Hidden checks of zero-point: a round trip, judged against min … max of each row, widened to contain 0."""

from __future__ import annotations

import torch
from matrices import within_range
from peaks import judge_peak
from skewed import one_sided_rows, skewed, skewed_rows
from torch import Tensor
from yardsticks import HALF_STEP_LIMIT, NORM_FACTOR, min_max_per_row, moved, times_error
from zero_point_form import checked, holds_copy
from zero_point_suspects import RoundTrip, thought_behind

from tutor.grading.checks import like

SIDE = 1024
ZERO_LIMIT = 1e-6

ORDINARY = ("skewed", "one-sided", "mixed", "outliers", "strided")
EXACT = ("constant rows", "one column", "one weight")


# --- the learner's functions, with the form of their results ------------------------------------


def encode(solution, expect, W: Tensor):
    """The learner's codes, scales and zero points for ``W``; ends the check if the form is not the brief's."""
    return checked(expect, solution.quantize_asymmetric(W), W)


def decode(solution, expect, q, scale, zero_point):
    W_hat = solution.dequantize_asymmetric(q, scale, zero_point)
    return expect.tensor(W_hat, name="what dequantize_asymmetric returns", dtype=torch.float32, shape=q.shape)


def round_trip(solution, expect, W: Tensor) -> RoundTrip:
    encoded = encode(solution, expect, W)
    return RoundTrip(W, *encoded, decode(solution, expect, *encoded))


# --- the measures -------------------------------------------------------------------------------


def judge_norm(measure, trip: RoundTrip):
    """The error of the whole matrix."""
    yardstick = min_max_per_row(trip.W)
    ratio = yardstick.ratio_of(trip.came)
    measure(
        "error",
        ratio,
        yardstick.ratio_limit,
        unit="× min … max of each row in 255 steps",
        expected=f"an error of at most {NORM_FACTOR} times that of min … max in each row",
        came=f"{times_error(ratio)}, on a matrix of {size(trip.W)}",
        misconception=lambda: thought_behind(trip),
    )


def judge_steps(measure, trip: RoundTrip):
    """The largest error of any weight, where the norm of the yardstick's error is nearly 0."""
    largest = min_max_per_row(trip.W).largest_of(trip.came)
    measure(
        "largest error",
        largest,
        HALF_STEP_LIMIT,
        unit="steps of |weight| / 255",
        expected=f"every weight within {HALF_STEP_LIMIT:g} of a step, in rows that hold one value",
        came=f"{moved(largest)}, in a matrix of {size(trip.W)}",
        misconception=lambda: thought_behind(trip),
    )


def judge_zeros(measure, trip: RoundTrip):
    """Every 0.0 comes back as 0.0, whatever else its row holds."""
    step = min_max_per_row(trip.W).step
    zero = (trip.W == 0) & (step > 0)
    largest = float((trip.came.double().abs()[zero] / step[zero]).max())
    measure(
        "error of 0.0",
        largest,
        ZERO_LIMIT,
        unit="steps",
        expected="weights of 0.0 to come back as 0.0, within a millionth of a step",
        came=f"a 0.0 that is {largest:.3g} steps off",
        misconception=lambda: (
            thought_behind(trip) or ("zero-between-two-codes" if 0.02 < largest < 0.6 else None)
        ),
    )


def judge_zero_rows(expect, trip: RoundTrip):
    """Rows of zeros come back as zeros, to the bit."""
    came = trip.came[trip.W.abs().amax(dim=1) == 0]
    not_numbers = bool(came.isnan().any())
    expect(
        not came.count_nonzero(),
        expected="a row of zeros to come back as exact zeros",
        came="NaN in it"
        if not_numbers
        else f"numbers in it that are not zero, {came.abs().max():.2g} at most",
        misconception="zero-row-becomes-nan" if not_numbers else lambda: thought_behind(trip),
    )


def size(W: Tensor) -> str:
    return f"{W.shape[0]} × {W.shape[1]}"


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return uint8 codes, one float scale and one integer zero point a row, and float32 weights back."""
    for shape in ((draw.integer(5, 9), draw.integer(11, 17)), (draw.integer(11, 17), draw.integer(5, 9))):
        round_trip(solution, expect, skewed_rows(draw, *shape))


def test_error(solution, draw, measure, expect):
    """The matrix comes back nearly as well as one scale and one zero point a row can do it."""
    for name in ORDINARY:
        judge_norm(measure, round_trip(solution, expect, skewed(draw, name)))


def test_rows_apart(solution, draw, measure, expect):
    """Each row has its own scale and zero point, in a square matrix and a long row, too."""
    for name in ("square", "uneven", "one row", "transposed"):
        judge_norm(measure, round_trip(solution, expect, skewed(draw, name)))


def test_ends(solution, draw, measure, expect):
    """Rows that reach exactly as far down as up keep both ends."""
    judge_norm(measure, round_trip(solution, expect, skewed(draw, "mirrored")))


def test_small_and_large(solution, draw, measure, expect):
    """Rows as small as 1e-3 and as large as 1e3 are served alike."""
    for name in ("small", "large"):
        judge_norm(measure, round_trip(solution, expect, skewed(draw, name)))


def test_zero_comes_back(solution, draw, measure, expect):
    """A weight of 0.0 comes back as 0.0."""
    for name in ("with zeros", "after a ReLU"):
        trip = round_trip(solution, expect, skewed(draw, name))
        judge_zeros(measure, trip)
        judge_norm(measure, trip)


def test_zero_rows(solution, draw, measure, expect):
    """Rows of zeros come back as exact zeros, and do not disturb the others."""
    trip = round_trip(solution, expect, skewed(draw, "zero rows"))
    judge_zero_rows(expect, trip)
    judge_norm(measure, trip)
    judge_zero_rows(expect, round_trip(solution, expect, skewed(draw, "zero matrix")))


def test_constant_rows(solution, draw, measure, expect):
    """Constant rows, one column and a single weight are served, on either side of zero."""
    for name in EXACT:
        judge_steps(measure, round_trip(solution, expect, skewed(draw, name)))


def test_codes_reordered(solution, draw, expect):
    """Reorder the codes of one row, and the weights of that row follow: they lie in the codes."""
    for build in (skewed_rows, one_sided_rows, skewed_rows):
        W = build(draw, draw.integer(5, 9), draw.integer(40, 70))
        q, scale, zero_point = encode(solution, expect, W)
        before = decode(solution, expect, q, scale, zero_point)
        row = draw.integer(0, len(W) - 1)
        moved = q.clone()
        moved[row] = q[row, draw.permutation(W.shape[1])]
        after = decode(solution, expect, like(q, moved), scale, zero_point)
        judge_reordered(expect, row, q, moved, before, after)


def judge_reordered(expect, row: int, q: Tensor, moved: Tensor, before: Tensor, after: Tensor):
    """Equal codes of a row are equal weights, before and after, and the other rows stay as they were."""
    others = torch.arange(len(q)) != row
    expect(
        torch.equal(before[others], after[others]),
        expected="the other rows unchanged when the codes of one row are reordered",
        came="changes in other rows",
    )
    meaning: dict[int, float] = dict(zip(q[row].tolist(), before[row].tolist(), strict=True))
    wanted = torch.tensor([meaning[code] for code in moved[row].tolist()])
    slack = 1e-5 * float(before[row].abs().max())
    expect(
        torch.allclose(after[row], wanted, rtol=0.0, atol=slack),
        expected="the same weights in another order when the codes of a row are reordered",
        came="other weights, or weights that stay where they were",
    )


def test_memory(draw, measure, expect, peak_memory, payload_bytes):
    """A 1024 × 1024 matrix takes a byte a weight and a scale and a zero point a row, and little memory."""
    W = within_range(skewed_rows(draw, SIDE, SIDE, 0.05))
    payload, grown = peak_memory("quantize_asymmetric", W)
    measure(
        "payload",
        payload_bytes(payload),
        SIDE * SIDE + 12 * SIDE,
        unit="bytes",
        expected="one byte a weight, and at most four for a scale and eight for a zero point a row",
        misconception=lambda: "float-copy-in-the-payload" if holds_copy(payload, W) else None,
    )
    judge_memory(measure, "peak memory of quantize_asymmetric", grown)
    encoded = checked(expect, payload, W)
    came, grown = peak_memory("dequantize_asymmetric", *encoded)
    judge_memory(measure, "peak memory of dequantize_asymmetric", grown)
    # Little memory counts only where the work was done: what came back is judged like every other matrix.
    came = expect.tensor(came, name="what dequantize_asymmetric returns", dtype=torch.float32, shape=W.shape)
    judge_norm(measure, RoundTrip(W, *encoded, came))


def judge_memory(measure, name: str, grown: int):
    judge_peak(
        measure,
        name,
        grown,
        SIDE**2,
        misconception=lambda: "all-levels-compared" if grown >= 255 * SIDE**2 else None,
    )
