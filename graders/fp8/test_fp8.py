"""Hidden checks of fp8: rounding to small formats, to the bit; E4M3 bytes that torch reads; one scale."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from fp8_bytes import FACTOR, RoundTrip, limit_of, thought_behind, thought_of_reading, yardstick_of
from fp8_form import checked
from matrices import family
from peaks import judge_peak
from small_float_draws import (
    near_ties,
    normal_numbers,
    numbers_beyond,
    subnormal_numbers,
    the_format,
    ties,
)
from small_float_ideas import Case
from small_float_ideas import thought_behind as thought_of_rounding
from small_floats import NAMED, Format, drawn_format, every_code, magnitudes, read_e4m3
from torch import Tensor

from tutor.grading.checks import like
from tutor.grading.checks import payload_bytes as bytes_of
from tutor.grading.proxy import SolutionError

SIDE = 1024
HALF_STEPS = 1.05

ORDINARY = ("square", "wide", "tall", "transposed", "strided")
SIZES = ("small", "large", "negative peaks")
EACH = ("one row", "one column", "one weight", "one outlier", "uneven rows", "constant rows")


# --- rounding: the judgement --------------------------------------------------------------------------


def round_all(solution, expect, draw, numbers: Callable) -> list[Case]:
    """The learner's results for one kind of numbers in every format."""
    cases = []
    for format in (*NAMED, drawn_format(draw)):
        x = numbers(draw, format)
        cases.append(Case(x, format, round_one(solution, expect, x, format)))
    return cases


def round_one(solution, expect, x: Tensor, format: Format) -> Tensor:
    came = solution.round_to_format(x, *format)
    return expect.tensor(came, name="what round_to_format returns", dtype=torch.float32, shape=x.shape)


def judge_rounding(solution, measure, cases: list[Case]):
    worst = max(cases, key=lambda case: case.changed)
    measure(
        "numbers off",
        sum(case.changed for case in cases),
        0,
        unit="numbers",
        expected="every number as the format has it, to the bit",
        came=f"{worst.changed} of {worst.x.numel()} other numbers in {worst.format.name}"
        + instance(solution, worst),
        misconception=lambda: thought_of_rounding(cases) or thought_of_probes(solution),
    )


def thought_of_probes(solution) -> str | None:
    """The misconception of round_to_format, asked about numbers of every kind in formats that have a name.

    On one kind of numbers two ideas may give the same.
    """
    cases = []
    for format in NAMED[:-1]:
        numbers = public_numbers(format)
        x = torch.cat([numbers, -numbers])
        try:
            came = solution.round_to_format(x, *format)
        except SolutionError:
            return None
        if not isinstance(came, Tensor) or came.shape != x.shape:
            return None
        cases.append(Case(x, format, came))
    return thought_of_rounding(cases)


def public_numbers(format: Format) -> Tensor:
    """All numbers of a format, some between them and some beyond, from 0, f32."""
    grid = magnitudes(format)
    between = [grid[:-1] + share * grid.diff() for share in (0.25, 0.5, 0.75)]
    beyond = format.largest * torch.tensor([1.25, 1.5, 2.0], dtype=torch.float64)
    return torch.cat([grid, *between, beyond]).float()


def instance(solution, case: Case) -> str:
    """A number of the format, or a quarter of the way or more to its next, that is not as it should be."""
    if not case.changed:
        return ""
    missed = float(case.x[case.came.double() != case.right].flatten()[0])
    tried = math.copysign(1.0, missed) * public_numbers(case.format)
    try:
        came = solution.round_to_format(tried, *case.format)
    except SolutionError:
        return ""
    if not isinstance(came, Tensor) or came.shape != tried.shape:
        return ""
    probe = Case(tried, case.format, came)
    off = came.double() != probe.right
    if not bool(off.any()):
        return ""
    nearest = int(torch.where(off, (tried.double() - missed).abs(), torch.inf).argmin())
    x, got, right = (float(of[nearest]) for of in (tried, came, probe.right))
    return f"; {x:.8g}, for one, became {'NaN' if got != got else f'{got:.8g}'}, and should be {right:.8g}"


# --- bytes and scale ----------------------------------------------------------------------------------


def encode(solution, expect, W: Tensor) -> tuple[Tensor, object]:
    """The learner's bytes and scale, as they came; ends the check if their form is not the brief's."""
    return checked(expect, solution.quantize_fp8(W), W)


def decode(solution, expect, codes: Tensor, scale: object) -> Tensor:
    came = solution.dequantize_fp8(codes, scale)
    return expect.tensor(came, name="what dequantize_fp8 returns", dtype=torch.float32, shape=codes.shape)


def round_trip(solution, expect, W: Tensor) -> tuple[RoundTrip, Callable[[], str | None]]:
    """A round trip, and what explains it if it is wrong."""
    codes, scale = encode(solution, expect, W)
    trip = RoundTrip(W, codes, float(scale), decode(solution, expect, codes, scale))

    def thought() -> str | None:
        table = solution.dequantize_fp8(like(codes, every_code()[None]), scale)
        found = thought_behind(trip, table.flatten())
        # A bit too few and an exponent too high write the same bytes but for the smallest.
        return (thought_of_probes(solution) or found) if found == "mantissa-bits-miscounted" else found

    return trip, thought


def judge_error(measure, trip: RoundTrip, thought):
    """The error of the matrix, and that of each weight."""
    yardstick = yardstick_of(trip.W)
    ratio = yardstick.ratio_of(trip.came)
    measure(
        "error",
        ratio,
        limit_of(yardstick),
        unit="× E4M3 with absmax/448",
        expected=f"an error of at most {FACTOR} times that of E4M3 with the scale absmax/448",
        came=f"{ratio:.3g} times that error, on a matrix of {size(trip.W)}",
        misconception=thought,
    )
    judge_each(measure, trip, thought)


def thought_of_scales(trips) -> str | None:
    """What the scales of small and large matrices tell together."""
    scales = {trip.scale for trip, _ in trips}
    if scales == {1.0}:
        return "no-scale"
    return "scale-rounded-to-integer" if all(scale == round(scale) for scale in scales) else None


def judge_each(measure, trip: RoundTrip, thought):
    """Every weight went to the nearest number that E4M3 has with the learner's scale, or nearly so."""
    half_step = torch.clamp(trip.W.double().abs() / 16, min=abs(trip.scale) * 2.0**-10)
    live = half_step > 0
    worst = float(((trip.came.double() - trip.W).abs()[live] / half_step[live]).max()) if live.any() else 0.0
    measure(
        "largest error",
        worst,
        HALF_STEPS,
        unit="half steps",
        expected=f"every weight within {HALF_STEPS:g} half steps (|w| / 16, or |scale| / 1024 where that is more)",
        came=f"a weight {worst:.3g} half steps from where it was, in a matrix of {size(trip.W)}",
        misconception=thought,
    )


def size(W: Tensor) -> str:
    return f"{W.shape[0]} × {W.shape[1]}"


# --- the checks -----------------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """Rounding keeps the shape; you return uint8 bytes and one scale, and float32 weights on the way back."""
    for shape in (
        (draw.integer(5, 9),),
        (draw.integer(2, 5), draw.integer(6, 9)),
        (2, 3, draw.integer(4, 6)),
    ):
        round_one(solution, expect, draw.normal(*shape), NAMED[0])
    W = draw.normal(draw.integer(5, 9), draw.integer(11, 17))
    codes, scale = encode(solution, expect, W)
    decode(solution, expect, codes, scale)


def test_normal_numbers(solution, draw, measure, expect):
    """Normal numbers go to the nearest number of the format, whichever format it is."""
    judge_rounding(solution, measure, round_all(solution, expect, draw, normal_numbers))


def test_ties(solution, draw, measure, expect):
    """Half-way between two numbers the one with the even mantissa is taken."""
    judge_rounding(solution, measure, round_all(solution, expect, draw, ties))


def test_near_ties(solution, draw, measure, expect):
    """A little beside the half-way the nearer number is taken."""
    judge_rounding(solution, measure, round_all(solution, expect, draw, near_ties))


def test_subnormals(solution, draw, measure, expect):
    """Below the smallest normal number the steps stay as they are, down to zero."""
    judge_rounding(solution, measure, round_all(solution, expect, draw, subnormal_numbers))


def test_beyond(solution, draw, measure, expect):
    """What lies beyond the largest number becomes the largest number."""
    judge_rounding(solution, measure, round_all(solution, expect, draw, numbers_beyond))


def test_the_format_itself(solution, draw, measure, expect):
    """Numbers of the format come back as they are, zero and the largest among them."""
    judge_rounding(solution, measure, round_all(solution, expect, draw, the_format))


def test_error(solution, draw, measure, expect):
    """Matrices of any shape and layout come back as well as E4M3 and one scale can do it."""
    for name in ORDINARY:
        judge_error(measure, *round_trip(solution, expect, family(draw, name, 2400)))


def test_sizes(solution, draw, measure, expect):
    """Small and large matrices are served alike, and those whose largest magnitude is negative."""
    trips = [round_trip(solution, expect, family(draw, name, 2400)) for name in SIZES]
    for trip, thought in trips:
        judge_error(measure, trip, lambda thought=thought: thought() or thought_of_scales(trips))


def test_each_weight(solution, draw, measure, expect):
    """Each weight keeps its first digits: beside an outlier, in uneven rows, in one row, column or weight."""
    for name in EACH:
        judge_each(measure, *round_trip(solution, expect, family(draw, name, 1200)))


def test_zeros(solution, draw, measure, expect):
    """Zeros come back as zeros: a whole matrix of them, and single rows."""
    for name in ("zero matrix", "zero rows"):
        trip, thought = round_trip(solution, expect, family(draw, name, 2400))
        came = trip.came[trip.W == 0]
        worst = "NaN" if bool(came.isnan().any()) else f"numbers as large as {came.abs().max():.2g}"
        expect(not came.count_nonzero(), expected="zeros back as zeros", came=worst, misconception=thought)
        if bool(trip.W.any()):
            judge_error(measure, trip, thought)


def test_bytes(solution, draw, measure, expect):
    """The bytes are those of E4M3: torch reads them as you do, and you read all 254 of them."""
    for name in ("square", "wide"):
        W = family(draw, name, 2400)
        trip, thought = round_trip(solution, expect, W)
        yardstick = yardstick_of(W)
        ratio = yardstick.ratio_of(trip.read)
        measure(
            "error as torch reads the bytes",
            ratio,
            limit_of(yardstick),
            unit="× E4M3 with absmax/448",
            expected="bytes that torch.float8_e4m3fn reads as the weights, over the scale",
            came="NaN" if ratio != ratio else f"{ratio:.3g} times the error of absmax/448",
            misconception=thought,
        )
    codes, scale = encode(solution, expect, family(draw, "square", 400))
    every = every_code()[draw.permutation(254)].reshape(2, 127)
    came = decode(solution, expect, like(codes, every), scale).double()
    right = read_e4m3(every) * float(scale)
    off = int((~((came - right).abs() <= 1e-5 * right.abs())).sum())
    measure(
        "bytes read otherwise",
        off,
        0,
        unit="of 254",
        expected="each byte read as its number in E4M3, times the scale",
        came=f"{off} of 254 bytes read as other numbers",
        misconception=lambda: thought_of_reading(
            came.flatten()[every.flatten().long().argsort()], float(scale)
        ),
    )


def test_memory(draw, measure, expect, peak_memory):
    """A 1024 × 1024 matrix takes one byte a weight and a scale, and little memory on the way."""
    W = draw.normal(SIDE, SIDE) * 0.05
    payload, grown = peak_memory("quantize_fp8", W)
    codes, scale = checked(expect, payload, W)
    measure(
        "payload",
        bytes_of(payload),
        SIDE * SIDE + (4 if isinstance(scale, Tensor) else 8),
        unit="bytes",
        expected="one byte a weight and one scale",
    )
    judge_memory(measure, "peak memory of quantize_fp8", grown)
    came, grown = peak_memory("dequantize_fp8", codes, scale)
    judge_memory(measure, "peak memory of dequantize_fp8", grown)
    # Little memory counts only where the work was done: what came back is judged like every other matrix.
    came = expect.tensor(came, name="what dequantize_fp8 returns", dtype=torch.float32, shape=W.shape)
    judge_error(measure, RoundTrip(W, codes, float(scale), came), None)


def judge_memory(measure, name: str, grown: int):
    judge_peak(
        measure,
        name,
        grown,
        SIDE**2,
        misconception=lambda: "all-values-compared" if grown >= 250 * SIDE**2 else None,
    )
