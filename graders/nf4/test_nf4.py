"""Hidden checks of nf4: a round trip over the sixteen NF4 levels, judged against the absmax of each block."""

from __future__ import annotations

import torch
from nf4_draws import Blocked, blocked, blocks_of
from nf4_form import checked, holds_copy
from nf4_levels import WIDEST_GAP, distance_from_levels, yardstick_of
from nf4_suspects import RoundTrip, thought_behind
from peaks import judge_peak
from wording import counted, figure
from yardsticks import NORM_FACTOR

from tutor.grading.checks import like

WEIGHTS, USUAL = 1024**2, 64
LEVEL_TOLERANCE = 1e-3
LARGEST_LIMIT = NORM_FACTOR * WIDEST_GAP

LEVELS = ("one block", "wide", "usual")
ERROR = ("usual", "short last", "wide", "outliers")
ASSIGNED = ("few and short", "apart", "apart and short", "square", "strided")
SIDES = ("positive", "negative", "negative peaks")
EXACT = ("blocks of one", "one weight", "short blocks", "constant")


# --- the learner's functions, with the form of their results ------------------------------------


def encode(solution, expect, drawn: Blocked):
    """The learner's codes and absmaxes; ends the check if their form is not the brief's."""
    return checked(expect, solution.quantize_nf4(drawn.W, drawn.block_size), drawn.W, drawn.block_size)


def decode(solution, expect, codes, absmax, block_size: int):
    came = solution.dequantize_nf4(codes, absmax, block_size)
    return expect.tensor(came, name="what dequantize_nf4 returns", dtype=torch.float32, shape=codes.shape)


def round_trip(solution, expect, drawn: Blocked) -> RoundTrip:
    codes, absmax = encode(solution, expect, drawn)
    return RoundTrip(*drawn, codes, absmax, decode(solution, expect, codes, absmax, drawn.block_size))


# --- the measures -------------------------------------------------------------------------------


def judge_norm(measure, trip: RoundTrip):
    """The error of all weights together."""
    yardstick = yardstick_of(trip.W, trip.block_size)
    ratio = yardstick.ratio_of(trip.came)
    measure(
        "error",
        ratio,
        yardstick.ratio_limit,
        unit="× NF4",
        expected=f"an error of at most {NORM_FACTOR} times that of NF4 with the absmax of each block",
        came=f"{figure(ratio)} times that error, on {size(trip)}",
        misconception=lambda: thought_behind(trip),
    )


def judge_levels(measure, trip: RoundTrip):
    """Each number is a level times a number of its block."""
    distance = distance_from_levels(trip.came, trip.block_size)
    measure(
        "distance from a level",
        distance,
        LEVEL_TOLERANCE,
        unit="of the block's absmax",
        expected=f"every weight back as one of the sixteen levels, within {LEVEL_TOLERANCE:g} of absmax",
        came="NaN or infinity"
        if distance != distance
        else f"a weight {distance:.2g} of absmax away from every level",
        misconception=lambda: thought_behind(trip),
    )


def judge_largest(measure, trip: RoundTrip):
    """The largest error of any weight, where a block holds few weights."""
    largest = yardstick_of(trip.W, trip.block_size).largest_of(trip.came)
    measure(
        "largest error",
        largest,
        LARGEST_LIMIT,
        unit="of the block's absmax",
        expected=f"every weight within {LARGEST_LIMIT:.3g} of its block's absmax, in small blocks",
        came=(
            "NaN or infinity"
            if largest != largest
            else f"a weight {figure(largest)} of absmax from where it was"
        )
        + f", in {size(trip)}",
        misconception=lambda: thought_behind(trip),
    )


def judge_zeros(expect, trip: RoundTrip):
    """Zeros come back as zeros, to the bit."""
    zero_block = yardstick_of(trip.W, trip.block_size).step == 0
    for where, what in ((zero_block, "a block of zeros"), (trip.W == 0, "a weight of zero")):
        came = trip.came[where]
        numbers = "NaN" if bool(came.isnan().any()) else f"numbers as large as {came.abs().max():.2g}"
        expect(
            not came.count_nonzero(),
            expected=f"{what} to come back as exact zeros",
            came=numbers,
            misconception=lambda: thought_behind(trip),
        )


def size(trip: RoundTrip) -> str:
    return f"{counted(len(trip.W), 'weight')} in blocks of {trip.block_size}"


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return uint8 codes of 0 … 15, one absmax a block, and float32 weights on the way back."""
    for block_size in (draw.integer(13, 14), draw.integer(17, 18)):
        weights = block_size * draw.integer(6, 8) + draw.integer(2, 4)
        round_trip(solution, expect, Blocked(draw.normal(weights), block_size))


def test_levels(solution, draw, measure, expect):
    """The weights come back on the sixteen levels of NF4 and nowhere else."""
    for name in LEVELS:
        judge_levels(measure, round_trip(solution, expect, blocked(draw, name)))


def test_error(solution, draw, measure, expect):
    """Each weight takes the nearest level, and the error is that of NF4."""
    for name in ERROR:
        judge_norm(measure, round_trip(solution, expect, blocked(draw, name)))


def test_blocks(solution, draw, measure, expect):
    """Each absmax belongs to its own block; the last block may be short."""
    for name in ASSIGNED:
        judge_norm(measure, round_trip(solution, expect, blocked(draw, name)))


def test_signs(solution, draw, measure, expect):
    """Blocks of one sign are served, and blocks whose largest magnitude is negative."""
    for name in SIDES:
        judge_norm(measure, round_trip(solution, expect, blocked(draw, name)))


def test_small_and_large(solution, draw, measure, expect):
    """Blocks as small as 1e-3 and as large as 1e3 are served alike."""
    for name in ("small", "large"):
        judge_norm(measure, round_trip(solution, expect, blocked(draw, name)))


def test_zeros(solution, draw, measure, expect):
    """A zero comes back as an exact zero: alone, in a block of zeros, and where all weights are zero."""
    trip = round_trip(solution, expect, blocked(draw, "zeros"))
    judge_zeros(expect, trip)
    judge_norm(measure, trip)
    nothing = Blocked(torch.zeros(draw.integer(70, 90)), draw.choice((16, 64, 128)))
    judge_zeros(expect, round_trip(solution, expect, nothing))


def test_small_blocks(solution, draw, measure, expect):
    """Blocks of one weight, of few, and of one magnitude are served, and a single weight."""
    for name in EXACT:
        judge_largest(measure, round_trip(solution, expect, blocked(draw, name)))


def test_codes_reordered(solution, draw, expect):
    """Reorder the codes of one block, and the weights of that block follow: they lie in the codes."""
    for _ in range(3):
        block_size = draw.integer(64, 80)
        W = draw.normal(block_size * 3 + draw.integer(20, 40))
        codes, absmax = encode(solution, expect, Blocked(W, block_size))
        before = decode(solution, expect, codes, absmax, block_size)
        block = draw.integer(0, 3)
        place = slice(block * block_size, min((block + 1) * block_size, len(W)))
        moved = codes.clone()
        moved[place] = codes[place][draw.permutation(place.stop - place.start)]
        after = decode(solution, expect, like(codes, moved), absmax, block_size)
        others = torch.ones(len(W), dtype=torch.bool)
        others[place] = False
        expect(
            torch.equal(before[others], after[others]),
            expected="all other blocks unchanged when the codes of one block are reordered",
            came="changes in other blocks",
        )
        meaning = dict(zip(codes[place].tolist(), before[place].tolist(), strict=True))
        wanted = torch.tensor([meaning[code] for code in moved[place].tolist()])
        expect(
            torch.allclose(after[place], wanted, rtol=0.0, atol=1e-5 * float(before[place].abs().max())),
            expected="the same weights in another order when the codes of a block are reordered",
            came="other weights, or weights that stay where they were",
        )


def test_memory(draw, measure, expect, peak_memory, payload_bytes):
    """1,048,576 weights take one byte a code and four a block, and little memory on the way."""
    W = draw.normal(WEIGHTS) * 0.05
    payload, grown = peak_memory("quantize_nf4", W, USUAL)
    measure(
        "payload",
        payload_bytes(payload),
        WEIGHTS + 4 * blocks_of(WEIGHTS, USUAL),
        unit="bytes",
        expected="one byte a code and four bytes a block",
        misconception=lambda: "float-copy-in-the-payload" if holds_copy(payload, W, USUAL) else None,
    )
    judge_memory(measure, "peak memory of quantize_nf4", grown)
    codes, absmax = checked(expect, payload, W, USUAL)
    came, grown = peak_memory("dequantize_nf4", codes, absmax, USUAL)
    judge_memory(measure, "peak memory of dequantize_nf4", grown)
    # Little memory counts only where the work was done: what came back is judged like everything else.
    came = expect.tensor(came, name="what dequantize_nf4 returns", dtype=torch.float32, shape=W.shape)
    judge_norm(measure, RoundTrip(W, USUAL, codes, absmax, came))


def judge_memory(measure, name: str, grown: int):
    judge_peak(
        measure,
        name,
        grown,
        WEIGHTS,
        misconception=lambda: "too-many-copies-compared" if grown >= 240 * WEIGHTS else None,
        each=192,
    )
