"""Hidden checks of calibration: three ways to a static range, and rounding with static and dynamic ranges."""

from __future__ import annotations

import torch
from calibration_ranges import (
    Source,
    all_values,
    best_range,
    error,
    levels,
    percentile_bracket,
    times_best,
)
from fake_quantized import thought_of_dynamic, thought_of_static
from range_suspects import (
    agreeing_absmax,
    agreeing_mse,
    agreeing_percentile,
    the_one,
    thought_of_no_number,
)
from torch import Tensor

SOURCES = ({"one_sided": True}, {"loud": True}, {"power": 1.5, "loud": True, "one_sided": True})
EXACT = 1e-3
MSE_FACTOR = 1.05
HALF_STEP = 0.525
STEP_BEYOND = 1.05  # a code more on the negative side is allowed
NORM_FACTOR, SLACK = 1.05, 2e-6
ROUNDED_FACTOR = 0.8
NOTHING = 1e-6
SIDE = 256
MEMORY_LIMIT = 64 * 2 * SIDE**2 + 64 * 2**20


# --- the learner's functions, with the form of their results ------------------------------------


def range_of(expect, given, came, name: str) -> float:
    return expect.number(
        came, name=f"what {name} returns", misconception=lambda: thought_of_no_number(given, came)
    )


def static(solution, expect, X: Tensor, clip: float, bits: int) -> Tensor:
    came = solution.quantize_static(X, clip, bits)
    return expect.tensor(came, name="what quantize_static returns", dtype=torch.float32, shape=X.shape)


def dynamic(solution, expect, X: Tensor, bits: int) -> Tensor:
    came = solution.quantize_dynamic(X, bits)
    return expect.tensor(came, name="what quantize_dynamic returns", dtype=torch.float32, shape=X.shape)


# --- judging ranges: all inputs first, since one alone is no evidence for a thought ---------------


def judge_minmax(solution, expect, measure, inputs):
    came = [range_of(expect, given, solution.minmax_range(given), "minmax_range") for given in inputs]
    for given, clip in zip(inputs, came, strict=True):
        exact = float(all_values(given).abs().max())
        measure(
            "distance from the absmax",
            abs(clip / exact - 1),
            EXACT,
            expected=f"the largest magnitude of all {len(given)} batches, within 0.1 %",
            came=f"{clip / exact:.4g} times it",
            misconception=lambda: the_one(map(agreeing_absmax, inputs, came)),
        )


def judge_percentile(solution, expect, inputs, percents):
    came = [
        range_of(expect, given, solution.percentile_range(given, percent), "percentile_range")
        for given, percent in zip(inputs, percents, strict=True)
    ]
    for given, percent, clip in zip(inputs, percents, came, strict=True):
        values = all_values(given)
        low, high = percentile_bracket(values, percent)
        share = float((values.abs() <= clip).double().mean())
        expect(
            low <= clip <= high,
            expected=f"a range that {percent:.4g} % of the magnitudes in all {len(given)} batches do not exceed",
            came=f"one that {100 * share:.4g} % of them do not exceed",
            misconception=lambda: the_one(map(agreeing_percentile, inputs, percents, came)),
        )


def judge_mse(solution, expect, measure, cases):
    """Each range does about as well as the judge's on values that neither was found on.

    Args:
        cases: batches, other batches of the same distribution, and bits.
    """
    inputs, held_outs, all_bits = zip(*cases, strict=True)
    came = [
        range_of(expect, given, solution.mse_range(given, bits), "mse_range")
        for given, bits in zip(inputs, all_bits, strict=True)
    ]

    def thought() -> str | None:
        # A search is no better than the rounding that it tries out, and looks no further than its largest range.
        return (
            thought_of_probes(solution, inputs[0][0])
            or thought_of_largest(solution, inputs)
            or the_one(map(agreeing_mse, inputs, all_bits, came))
        )

    for given, held_out, bits, clip in zip(inputs, held_outs, all_bits, came, strict=True):
        fresh = all_values(held_out)
        best = best_range(all_values(given), bits)
        ratio = times_best(fresh, abs(clip), best, bits)
        measure(
            "error of the range found by error",
            ratio,
            MSE_FACTOR + SLACK * float(fresh.norm()) / error(fresh, best, bits),
            unit="× that of a search over 200 ranges",
            expected=f"a range whose error at {bits} bits is at most {MSE_FACTOR} times that of a fine search",
            came=f"one whose error is {ratio:.3g} times that, on other values of the same kind",
            misconception=thought,
        )


def thought_of_probes(solution, X: Tensor) -> str | None:
    """The misconception behind the learner's quantize_static, tried with ranges below and above X."""
    for bits, share in ((4, 0.6), (8, 0.6), (4, 2.0)):
        clip = share * float(X.abs().max())
        if found := thought_of_static(X, clip, bits, solution.quantize_static(X, clip, bits)):
            return found
    return None


def thought_of_largest(solution, inputs) -> str | None:
    """The misconception behind the learner's minmax_range, if there is one."""
    came = [float(solution.minmax_range(given)) for given in inputs]
    exact = [float(all_values(given).abs().max()) for given in inputs]
    if all(abs(clip / absmax - 1) <= EXACT for clip, absmax in zip(came, exact, strict=True)):
        return None
    return the_one(map(agreeing_absmax, inputs, came))


def judge_small_mse(solution, expect, given, bits: int):
    """On few values two good searches may differ: any range with little more error than the absmax."""
    came = range_of(expect, given, solution.mse_range(given, bits), "mse_range")
    values = all_values(given)
    absmax = float(values.abs().max())
    half_steps = 0.5 * absmax / levels(bits) * len(values) ** 0.5
    least = min(error(values, came, bits, more_below=more) for more in (0, 1))
    expect(
        came > 0 and least <= MSE_FACTOR * half_steps,
        expected="a range whose error is at most that of half a step of the absmax on every value",
        came="one with a larger error",
    )


# --- judging values that come back --------------------------------------------------------------


def judge_static(solution, expect, measure, X: Tensor, clip: float, bits: int, *, rounded: bool = True):
    """Inside the range values move by half a step; beyond it they come back as its ends; and they are rounded."""
    came = static(solution, expect, X, clip, bits)
    step = clip / levels(bits)
    inside = X.abs() <= clip
    moved = (came.double() - X).abs() / step
    beyond = (X.sign() * came - clip) / step

    def thought() -> str | None:
        return thought_of_static(X, clip, bits, came)

    inner = float(moved[inside].max()) if bool(inside.any()) else 0.0
    measure(
        "largest error inside a static range",
        inner if bool(came.isfinite().all()) else float("nan"),
        HALF_STEP,
        unit="steps",
        expected=f"every value inside the range within {HALF_STEP:g} of a step of it at {bits} bits",
        came=f"one {inner:.3g} steps from where it was",
        misconception=thought,
    )
    expect(
        bool(((beyond >= -HALF_STEP) & (beyond <= STEP_BEYOND))[~inside].all()),
        expected="every value beyond the range to come back as the range's end",
        came="values that came back as something else",
        misconception=thought,
    )
    judge_zeros(expect, X, came, torch.full_like(X, step))
    judge_codes(expect, came.flatten()[None], torch.tensor([step]), bits, thought)
    if rounded:
        least = min(float((on_steps(X, clip, steps) - X)[inside].norm()) for steps in both_grids(bits))
        judge_rounded(measure, float((came - X)[inside].norm()) / least, "static", thought)


def judge_dynamic(solution, expect, measure, X: Tensor, bits: int, *, rounded: bool = True):
    """Each token comes back within half a step of its own absmax; zeros stay zeros."""
    came = dynamic(solution, expect, X, bits)
    absmax = X.double().abs().amax(dim=1, keepdim=True)
    live = absmax[:, 0] > 0

    def thought() -> str | None:
        return thought_of_dynamic(X, bits, came)

    expect(
        not came[~live].count_nonzero(),
        expected="a token of zeros to come back as exact zeros",
        came="NaN in it" if bool(came.isnan().any()) else "numbers in it that are not zero",
        misconception=thought,
    )
    if not bool(live.any()):
        return
    step = absmax[live] / levels(bits)
    moved = float(((came.double() - X)[live].abs() / step).max())
    measure(
        "largest error with dynamic ranges",
        moved,
        HALF_STEP,
        unit="steps",
        expected=f"every value within {HALF_STEP:g} of a step of its own token's absmax at {bits} bits",
        came=f"one {moved:.3g} steps from where it was",
        misconception=thought,
    )
    judge_zeros(expect, X[live], came[live], step.expand_as(X[live]))
    judge_codes(expect, came[live], step[:, 0], bits, thought)
    if rounded:
        grids = [on_steps(X[live], absmax[live], steps) for steps in both_grids(bits)]
        errors = [float((grid - X[live]).norm()) for grid in grids]
        mine = float((came[live].double() - X[live]).norm())
        measure(
            "error with dynamic ranges",
            mine / max(errors),
            NORM_FACTOR + SLACK * float(X.norm()) / max(errors),
            unit="× absmax of each token",
            misconception=thought,
        )
        judge_rounded(measure, mine / min(errors), "dynamic", thought)


def judge_zeros(expect, X: Tensor, came: Tensor, step: Tensor):
    """Values are codes × step, and the code of zero is 0."""
    moved = (came.abs() / step)[X == 0]
    if moved.numel():
        halves = bool(((moved > 0.4) & (moved < 0.55)).all())
        expect(
            float(moved.max()) <= NOTHING,
            expected="zeros to come back as zeros: values are codes × step, and a code is a whole number",
            came=f"zeros that came back up to {float(moved.max()):.2g} steps from 0",
            misconception="grid-without-zero" if halves else None,
        )


def judge_codes(expect, came: Tensor, steps: Tensor, bits: int, thought):
    """The values of each row (of about that step) are those of so many bits' codes."""
    most = max(codes_spanned(row, float(step)) for row, step in zip(came.double(), steps, strict=True))
    expect(
        most <= 2**bits,
        expected=f"at most {2**bits} codes at {bits} bits, from the lowest to the highest",
        came=f"values that need {most} of them",
        misconception=thought,
    )


def codes_spanned(values: Tensor, step: float) -> int:
    """How many codes there are from the lowest value to the highest, where the smallest gap is one step."""
    ordered = values.unique()
    gaps = ordered.diff()
    gaps = gaps[gaps > 0.1 * step]
    return 1 + round(float((ordered[-1] - ordered[0]) / gaps.min())) if len(gaps) else 1


def judge_rounded(measure, ratio: float, kind: str, thought):
    measure(
        f"rounding with {kind} ranges",
        ratio,
        ROUNDED_FACTOR,
        unit="× the error that the grid leaves",
        better="higher",
        expected="values rounded to the grid of the range and the bits that were given, which leaves an error",
        came=f"{ratio:.3g} times that error",
        misconception=thought,
    )


def both_grids(bits: int) -> tuple[float, float]:
    """Steps from 0 to the range: with as many codes on either side, and with all 2^bits codes."""
    return levels(bits), levels(bits) + 0.5


def on_steps(X: Tensor, clip: Tensor | float, steps: float) -> Tensor:
    """X, f64, on steps of clip / steps, unclipped but for half a step."""
    step = clip / steps
    return (X.double() / step).round().clamp(-int(steps) - 1, int(steps)) * step


# --- the checks ---------------------------------------------------------------------------------


def test_minmax(solution, draw, measure, expect):
    """minmax_range finds the largest magnitude of all batches."""
    judge_minmax(solution, expect, measure, [Source(draw, **options).batches() for options in SOURCES])


def test_percentile(solution, draw, expect):
    """percentile_range finds the percentile of the magnitudes in all batches together."""
    inputs = [Source(draw, **options).batches() for options in SOURCES for _ in range(2)]
    percents = [draw.uniform(low, high) for _ in SOURCES for low, high in ((97.5, 98.7), (99.2, 99.7))]
    judge_percentile(solution, expect, inputs, percents)


def test_static(solution, draw, measure, expect):
    """quantize_static rounds to the grid of the range that it is given, and clips to it."""
    for bits, share in ((8, 0.5), (4, 0.6), (5, 0.8)):
        X = draw.normal(draw.integer(30, 40), draw.integer(50, 60)) * 10 ** draw.uniform(-1.0, 1.0)
        X[:, draw.integer(0, 49)] = 0.0
        judge_static(solution, expect, measure, X, share * float(X.abs().max()), bits)


def test_static_stays(solution, draw, measure, expect):
    """The range of quantize_static stays what it is, also where the values are much smaller or few."""
    for bits, share in ((8, 3.0), (5, 1.6)):
        X = draw.normal(draw.integer(30, 40), draw.integer(50, 60)) * 10 ** draw.uniform(-1.0, 1.0)
        clip = share * float(X.abs().max())
        judge_static(solution, expect, measure, X, clip, bits)
        judge_static(solution, expect, measure, X.T.contiguous().T[:, ::3], clip, bits)
        judge_static(solution, expect, measure, X[:1], clip, bits, rounded=False)
        judge_static(solution, expect, measure, torch.zeros(3, 5), clip, bits, rounded=False)


def test_dynamic(solution, draw, measure, expect):
    """quantize_dynamic rounds each token to the grid of its own absmax."""
    for bits, tokens, features in ((8, 35, 64), (4, 48, 48), (5, 64, 30)):
        X = (
            draw.normal(tokens, features)
            * 10.0 ** -torch.linspace(-1, 1, tokens)[draw.permutation(tokens)][:, None]
        )
        order, feature = draw.permutation(tokens), draw.integer(0, features - 1)
        X[order[: tokens // 2], feature] *= -4.0
        # The others reach their absmax on both sides of zero.
        both = order[tokens // 2 :]
        X[both, feature] = X[both].abs().amax(dim=1)
        X[both, feature - 1] = -X[both, feature]
        X[:, (feature + 1) % features] = 0.0
        judge_dynamic(solution, expect, measure, X, bits)
        judge_dynamic(solution, expect, measure, -X.T.contiguous().T, bits)


def test_dynamic_edges(solution, draw, measure, expect):
    """Tokens of zeros come back as zeros; one token, one feature and constants are served."""
    X = draw.normal(draw.integer(9, 15), draw.integer(20, 30)) * 10 ** draw.uniform(-1.0, 1.0)
    X[draw.permutation(len(X))[:3]] = 0.0
    for edge in (X, 0.0 * X, draw.normal(1, 60), draw.normal(40, 1), 0.0 * X + draw.uniform(-2.0, -1.0)):
        judge_dynamic(solution, expect, measure, edge, draw.choice((4, 8)), rounded=False)


def test_mse(solution, draw, measure, expect):
    """mse_range finds a range with nearly the least error, at each number of bits."""
    cases = []
    for power, loud, bits in ((1.0, True, 4), (2.0, False, 4), (1.5, True, 5), (1.0, False, 8)):
        source = Source(draw, power, loud)
        cases.append((source.batches(), source.batches(), bits))
    source = Source(draw)
    cases.append((source.with_a_rare_value(), source.with_a_rare_value(), 4))
    judge_mse(solution, expect, measure, cases)


def test_few_values(solution, draw, measure, expect):
    """One batch, one token, constants and views that are not contiguous can be calibrated on."""
    X = draw.normal(draw.integer(20, 30), draw.integer(40, 60))
    constant = torch.full(
        (draw.integer(2, 5), draw.integer(6, 9)), draw.uniform(0.5, 2.0) * draw.choice((-1.0, 1.0))
    )
    inputs = [[X[:1]], [X.T.contiguous().T, X[::2]], [constant], [X[:1], 0.0 * X]]
    judge_minmax(solution, expect, measure, inputs)
    judge_percentile(solution, expect, inputs, [draw.uniform(75.0, 95.0) for _ in inputs])
    judge_percentile(solution, expect, inputs, [100.0 for _ in inputs])
    for given in inputs:
        judge_small_mse(solution, expect, given, draw.choice((4, 8)))


def test_zeros(solution, draw, expect):
    """Batches of zeros have the range 0, and the range 0 brings back zeros."""
    zeros = [torch.zeros(draw.integer(2, 5), 7), torch.zeros(draw.integer(6, 9), 7)]
    for came in (
        solution.minmax_range(zeros),
        solution.percentile_range(zeros, 99.0),
        solution.mse_range(zeros, 4),
    ):
        expect(
            0 <= range_of(expect, zeros, came, "a range of zeros") <= NOTHING,
            expected="the range 0 for batches of zeros",
            came="another number",
        )
    for X in (zeros[0], draw.normal(5, 9)):
        came = static(solution, expect, X, 0.0, 8)
        expect(
            not came.count_nonzero(),
            expected="zeros, and no NaN, with the range 0",
            came="NaN" if bool(came.isnan().any()) else "numbers that are not zero",
            misconception=lambda X=X, came=came: thought_of_static(X, 0.0, 8, came),
        )


def test_memory(draw, measure, expect, peak_memory):
    """A search on 131,072 values needs little memory on the way."""
    given = [draw.normal(SIDE, SIDE), draw.normal(SIDE, SIDE)]
    came, grown = peak_memory("mse_range", given, 4)
    measure(
        "peak memory of mse_range",
        grown,
        MEMORY_LIMIT,
        unit="bytes",
        expected="at most 64 bytes a value and 64 MB",
        came=f"{grown / 2**20:.0f} MB for {2 * SIDE**2:,} values",
        misconception="every-candidate-kept",
    )
    # Little memory counts only where the work was done.
    came = range_of(expect, given, came, "mse_range")
    values = all_values(given)
    ratio = error(values, came, 4) / error(values, best_range(values[::16], 4), 4)
    measure("error of the range found by error", ratio, MSE_FACTOR, unit="× that of a search over 200 ranges")
