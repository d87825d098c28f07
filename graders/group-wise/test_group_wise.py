"""Hidden checks of group-wise: a round trip, judged against absmax/7 of each group."""

from __future__ import annotations

import torch
from group_form import checked, holds_copy
from group_suspects import RoundTrip, thought_behind
from grouped import Grouped, grouped, groups_of
from peaks import judge_peak
from torch import Tensor
from yardsticks import NORM_FACTOR, absmax_per_group, moved, times_error

from tutor.grading.checks import like

SIDE, USUAL = 1024, 128
STEP_LIMIT = 1.05

ORDINARY = ("even", "usual", "one group", "outliers", "negative peaks", "one-sided")
ASSIGNED = ("apart", "apart and short", "square of groups", "short last", "one row", "transposed", "strided")
EXACT = ("groups of one", "one column", "one weight", "constant groups")


# --- the learner's functions, with the form of their results ------------------------------------


def encode(solution, expect, drawn: Grouped):
    """The learner's codes and scales; ends the check if their form is not the brief's."""
    return checked(expect, solution.quantize_groups(drawn.W, drawn.group_size), drawn.W, drawn.group_size)


def decode(solution, expect, q, scale, group_size: int):
    W_hat = solution.dequantize_groups(q, scale, group_size)
    return expect.tensor(W_hat, name="what dequantize_groups returns", dtype=torch.float32, shape=q.shape)


def round_trip(solution, expect, drawn: Grouped) -> RoundTrip:
    q, scale = encode(solution, expect, drawn)
    return RoundTrip(*drawn, q, scale, decode(solution, expect, q, scale, drawn.group_size))


# --- the measures -------------------------------------------------------------------------------


def judge_norm(measure, trip: RoundTrip):
    """The error of the whole matrix."""
    yardstick = absmax_per_group(trip.W, trip.group_size)
    ratio = yardstick.ratio_of(trip.came)
    measure(
        "error",
        ratio,
        yardstick.ratio_limit,
        unit="× absmax/7 of each group",
        expected=f"an error of at most {NORM_FACTOR} times that of absmax/7 in each group",
        came=f"{times_error(ratio)}, on {size(trip)}",
        misconception=lambda: thought_behind(trip),
    )


def judge_steps(measure, trip: RoundTrip):
    """The largest error of any weight, where the norm of the yardstick's error is nearly 0."""
    largest = absmax_per_group(trip.W, trip.group_size).largest_of(trip.came)
    measure(
        "largest error",
        largest,
        STEP_LIMIT,
        unit="steps of |weight| / 7",
        expected=f"every weight within {STEP_LIMIT} steps, in groups that hold one magnitude",
        came=f"{moved(largest)}, in {size(trip)}",
        misconception=lambda: thought_behind(trip),
    )


def judge_zeros(expect, trip: RoundTrip):
    """Groups of zeros come back as zeros, to the bit."""
    came = trip.came[absmax_per_group(trip.W, trip.group_size).step == 0]
    not_numbers = bool(came.isnan().any())
    expect(
        not came.count_nonzero(),
        expected="a group of zeros to come back as exact zeros",
        came="NaN in it"
        if not_numbers
        else f"numbers in it that are not zero, {came.abs().max():.2g} at most",
        misconception="zero-group-becomes-nan" if not_numbers else lambda: thought_behind(trip),
    )


def size(trip: RoundTrip) -> str:
    rows, columns = trip.W.shape
    return f"a matrix of {rows} × {columns} in groups of {trip.group_size}"


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return int8 codes of −8 … 7, one float scale a group, and float32 weights on the way back."""
    for group_size in (draw.integer(3, 4), draw.integer(5, 6)):
        W = draw.normal(draw.integer(9, 12), group_size * draw.integer(3, 4) + draw.integer(1, 2))
        round_trip(solution, expect, Grouped(W, group_size))


def test_error(solution, draw, measure, expect):
    """The matrix comes back nearly as well as one scale a group and 4 bits can do it."""
    for name in ORDINARY:
        judge_norm(measure, round_trip(solution, expect, grouped(draw, name)))


def test_groups(solution, draw, measure, expect):
    """Each scale belongs to its own neighbouring columns; the last group of a row may be short."""
    for name in ASSIGNED:
        judge_norm(measure, round_trip(solution, expect, grouped(draw, name)))


def test_small_and_large(solution, draw, measure, expect):
    """Groups as small as 1e-3 and as large as 1e3 are served alike."""
    for name in ("small", "large"):
        judge_norm(measure, round_trip(solution, expect, grouped(draw, name)))


def test_zero_groups(solution, draw, measure, expect):
    """Groups of zeros come back as exact zeros, and do not disturb the others."""
    trip = round_trip(solution, expect, grouped(draw, "zero groups"))
    judge_zeros(expect, trip)
    judge_norm(measure, trip)
    W = torch.zeros(draw.integer(2, 9), draw.integer(9, 17))
    judge_zeros(expect, round_trip(solution, expect, Grouped(W, draw.integer(2, 7))))


def test_exact_groups(solution, draw, measure, expect):
    """Groups of one column, groups that hold one magnitude, and a single weight are served."""
    for name in EXACT:
        judge_steps(measure, round_trip(solution, expect, grouped(draw, name)))


def test_codes_reordered(solution, draw, expect):
    """Reorder the codes of one group, and the weights of that group follow: they lie in the codes."""
    for _ in range(3):
        group_size = draw.integer(12, 20)
        W = draw.normal(draw.integer(4, 7), group_size * 3 + draw.integer(8, 11))
        q, scale = encode(solution, expect, Grouped(W, group_size))
        before = decode(solution, expect, q, scale, group_size)
        row, group = draw.integer(0, len(W) - 1), draw.integer(0, 3)
        place = slice(group * group_size, min((group + 1) * group_size, W.shape[1]))
        moved = q.clone()
        moved[row, place] = q[row, place][draw.permutation(place.stop - place.start)]
        after = decode(solution, expect, like(q, moved), scale, group_size)
        judge_reordered(expect, (row, place), (q, moved), (before, after))


def judge_reordered(expect, where, codes: tuple[Tensor, Tensor], weights: tuple[Tensor, Tensor]):
    """Equal codes of a group are equal weights, before and after, and all else stays as it was."""
    (q, moved), (before, after) = codes, weights
    others = torch.ones(q.shape, dtype=torch.bool)
    others[where] = False
    expect(
        torch.equal(before[others], after[others]),
        expected="all other groups unchanged when the codes of one group are reordered",
        came="changes in other groups",
    )
    meaning: dict[int, float] = dict(zip(q[where].tolist(), before[where].tolist(), strict=True))
    wanted = torch.tensor([meaning[code] for code in moved[where].tolist()])
    slack = 1e-5 * float(before[where].abs().max())
    expect(
        torch.allclose(after[where], wanted, rtol=0.0, atol=slack),
        expected="the same weights in another order when the codes of a group are reordered",
        came="other weights, or weights that stay where they were",
    )


def test_memory(draw, measure, expect, peak_memory, payload_bytes):
    """A 1024 × 1024 matrix takes one byte a code and four a group, and little memory on the way."""
    W = draw.normal(SIDE, SIDE) * 0.05
    payload, grown = peak_memory("quantize_groups", W, USUAL)
    measure(
        "payload",
        payload_bytes(payload),
        SIDE * SIDE + 4 * SIDE * groups_of(SIDE, USUAL),
        unit="bytes",
        expected="one byte a code and four bytes a group",
        misconception=lambda: "float-copy-in-the-payload" if holds_copy(payload, W, USUAL) else None,
    )
    judge_memory(measure, "peak memory of quantize_groups", grown)
    q, scale = checked(expect, payload, W, USUAL)
    came, grown = peak_memory("dequantize_groups", q, scale, USUAL)
    judge_memory(measure, "peak memory of dequantize_groups", grown)
    # Little memory counts only where the work was done: what came back is judged like every other matrix.
    came = expect.tensor(came, name="what dequantize_groups returns", dtype=torch.float32, shape=W.shape)
    judge_norm(measure, RoundTrip(W, USUAL, q, scale, came))


def judge_memory(measure, name: str, grown: int):
    judge_peak(measure, name, grown, SIDE**2)
