"""Hidden checks of fp8: rounding to small formats, to the bit; E4M3 bytes that torch reads; one scale."""

from __future__ import annotations

from collections.abc import Callable

import torch
from fp8_bytes import FACTOR, RoundTrip, limit_of, thought_behind, thought_of_reading, yardstick_of
from matrices import family
from small_float_ideas import Case
from small_float_ideas import thought_behind as thought_of_rounding
from small_floats import NAMED, Format, drawn_format, every_code, magnitudes, read_e4m3
from torch import Tensor

from tutor.grading.checks import like
from tutor.grading.checks import payload_bytes as bytes_of

SIDE = 1024
MEMORY_LIMIT = 64 * SIDE**2 + 64 * 2**20
NUMBERS = 250
HALF_STEPS = 1.05

ORDINARY = ("square", "wide", "tall", "transposed", "strided")
SIZES = ("small", "large", "negative peaks")
EACH = ("one row", "one column", "one weight", "one outlier", "uneven rows", "constant rows")


# --- rounding: the draws ----------------------------------------------------------------------------


def signs(draw, x: Tensor) -> Tensor:
    return x * torch.where(draw.permutation(len(x)) % 2 == 0, 1.0, -1.0)


def normal_numbers(draw, format: Format) -> Tensor:
    """Numbers of every normal binade, and so none that is a tie but by chance."""
    highest = torch.tensor(format.largest).log2()
    exponents = format.lowest_exponent + torch.rand(NUMBERS, generator=draw.generator) * (
        highest - format.lowest_exponent
    )
    return signs(draw, torch.exp2(exponents).clamp(max=format.largest))


def neighbours(draw, format: Format) -> tuple[Tensor, Tensor]:
    """Pairs of neighbouring numbers of the format, f64, all of a small format and a choice of a large one."""
    every = magnitudes(format)
    lower = draw.permutation(len(every) - 1)[:NUMBERS]
    return every[lower], every[lower + 1]


def ties(draw, format: Format) -> Tensor:
    """Numbers half-way between two neighbours, exact in float32, and others to tell ties from the rest."""
    low, high = neighbours(draw, format)
    return torch.cat([signs(draw, ((low + high) / 2).float()), normal_numbers(draw, format)])


def near_ties(draw, format: Format) -> Tensor:
    """Numbers one float32 step, or a few, beside the half-way."""
    low, high = neighbours(draw, format)
    half_way = ((low + high) / 2).float()
    steps = torch.where(draw.permutation(len(half_way)) % 2 == 0, 1.0, -1.0) * 2.0**-20
    return torch.cat([signs(draw, half_way * (1 + steps)), normal_numbers(draw, format)])


def subnormal_numbers(draw, format: Format) -> Tensor:
    """Numbers below the smallest normal one, down to a fraction of the smallest of all, and others beside them."""
    low = torch.rand(NUMBERS, generator=draw.generator) * 2.0**format.lowest_exponent
    low = low * torch.where(draw.permutation(NUMBERS) % 5 == 0, 2.0**-format.mantissa_bits, 1.0)
    return torch.cat([signs(draw, low), normal_numbers(draw, format)])


def numbers_beyond(draw, format: Format) -> Tensor:
    """Numbers just beyond the largest, and far beyond it."""
    factors = 10.0 ** (torch.rand(60, generator=draw.generator) ** 3 * 25)
    return signs(draw, format.largest * torch.cat([factors, torch.linspace(1.001, 2.5, 60)]))


def the_format(draw, format: Format) -> Tensor:
    """Numbers of the format itself, zero among them."""
    every = magnitudes(format).float()
    return signs(draw, torch.cat([every[:3], every[-3:], every[draw.permutation(len(every))[:NUMBERS]]]))


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


def judge_rounding(measure, cases: list[Case]):
    worst = max(cases, key=lambda case: case.changed)
    measure(
        "numbers off",
        sum(case.changed for case in cases),
        0,
        unit="numbers",
        expected="every number as the format has it, to the bit",
        came=f"{worst.changed} of {worst.x.numel()} other numbers in {worst.format.name}",
        misconception=lambda: thought_of_rounding(cases),
    )


# --- bytes and scale ----------------------------------------------------------------------------------


def encode(solution, expect, W: Tensor) -> tuple[Tensor, object]:
    """The learner's bytes and scale, as they came; ends the check if their form is not the brief's."""
    return checked(expect, solution.quantize_fp8(W), W)


def checked(expect, result: object, W: Tensor) -> tuple[Tensor, object]:
    parts = result if isinstance(result, (tuple, list)) else (result,)
    floats = sum(part.numel() for part in parts if isinstance(part, Tensor) and part.is_floating_point())
    expect(
        len(parts) < 2 or floats < W.numel() or W.numel() < 9,
        expected="one byte a weight and one scale",
        came="results that have room for every weight as a float",
        misconception=lambda: thought_of_floats(parts, W),
    )
    codes, scale = expect.sequence(result, 2, names="codes, scale")
    codes = expect.tensor(
        codes,
        name="codes",
        dtype=torch.uint8,
        shape=W.shape,
        misconception=lambda: "codes-in-another-type" if codes.shape == W.shape else None,
    )
    if isinstance(scale, Tensor):
        expect(
            scale.numel() == 1,
            expected="scale: one float for the whole matrix",
            came=f"a tensor of shape {tuple(scale.shape)}",
            misconception="scale-for-each-row" if scale.numel() == len(W) > 1 else None,
        )
        expect(
            scale.is_floating_point() and scale.element_size() <= 4,
            expected="scale: float32, float16 or bfloat16",
            came=f"a {str(scale.dtype).removeprefix('torch.')} tensor",
            misconception=thought_of_scale_dtype(scale),
        )
    expect.number(scale, name="scale")
    expect(
        not bool((codes % 128 == 127).any()),
        expected="no byte that means NaN",
        came="0x7F or 0xFF",
        misconception=lambda: thought_of_nan(codes, W),
    )
    return codes, scale


def thought_of_nan(codes: Tensor, W: Tensor) -> str | None:
    """What bytes that mean NaN tell: they stand for zeros, or for the largest magnitudes and for no others."""
    if not bool(W.any()):
        return "zero-matrix-becomes-nan"
    magnitudes = W.abs()[codes % 128 == 127]
    return "nan-code-written" if float(magnitudes.min()) >= 0.9 * float(W.abs().max()) else None


def thought_of_floats(parts, W: Tensor) -> str | None:
    if isinstance(parts[0], Tensor) and parts[0].is_floating_point() and parts[0].shape == W.shape:
        rest = sum(part.numel() for part in parts[1:] if isinstance(part, Tensor))
        return "codes-in-another-type" if rest <= len(W) else None
    return None if 1 in W.shape else "float-copy-in-the-payload"  # a scale for each row has as many numbers


def thought_of_scale_dtype(scale: Tensor) -> str | None:
    if scale.dtype == torch.float64:
        return "scale-in-float64"
    return None if scale.is_floating_point() else "scale-rounded-to-integer"


def decode(solution, expect, codes: Tensor, scale: object) -> Tensor:
    came = solution.dequantize_fp8(codes, scale)
    return expect.tensor(came, name="what dequantize_fp8 returns", dtype=torch.float32, shape=codes.shape)


def round_trip(solution, expect, W: Tensor) -> tuple[RoundTrip, Callable[[], str | None]]:
    """A round trip, and what explains it if it is wrong."""
    codes, scale = encode(solution, expect, W)
    trip = RoundTrip(W, codes, float(scale), decode(solution, expect, codes, scale))

    def thought() -> str | None:
        table = solution.dequantize_fp8(like(codes, every_code()[None]), scale)
        return thought_behind(trip, table.flatten())

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
    judge_rounding(measure, round_all(solution, expect, draw, normal_numbers))


def test_ties(solution, draw, measure, expect):
    """Half-way between two numbers the one with the even mantissa is taken."""
    judge_rounding(measure, round_all(solution, expect, draw, ties))


def test_near_ties(solution, draw, measure, expect):
    """A little beside the half-way the nearer number is taken."""
    judge_rounding(measure, round_all(solution, expect, draw, near_ties))


def test_subnormals(solution, draw, measure, expect):
    """Below the smallest normal number the steps stay as they are, down to zero."""
    judge_rounding(measure, round_all(solution, expect, draw, subnormal_numbers))


def test_beyond(solution, draw, measure, expect):
    """What lies beyond the largest number becomes the largest number."""
    judge_rounding(measure, round_all(solution, expect, draw, numbers_beyond))


def test_the_format_itself(solution, draw, measure, expect):
    """Numbers of the format come back as they are, zero and the largest among them."""
    judge_rounding(measure, round_all(solution, expect, draw, the_format))


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
    measure(
        name,
        grown,
        MEMORY_LIMIT,
        unit="bytes",
        expected="at most 64 bytes a weight and 64 MB",
        came=f"{grown / SIDE**2:.0f} bytes a weight",
        misconception=lambda: "all-values-compared" if grown >= 250 * SIDE**2 else None,
    )
