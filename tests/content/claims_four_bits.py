"""What stands behind the numbers of lesson 5, Four bits, well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from tests.content.claims import (
    Claim,
    about,
    all_of,
    cited,
    given,
    last_number,
    loosely,
    number_in,
    paper,
    printed_by,
    said,
    source,
)
from tests.content.claims_capstone import INNER
from tests.content.demos import module

REAL = "four-bits-demo"
BY_BITS = "held-out error by bits: round to nearest, AWQ, GPTQ"
NOISY = "with noise between the levels of the file: round to nearest, AWQ, GPTQ"
NOISY_32 = "the same in groups of 32, asymmetric"
DOWN = "mlp down, seen and held out: round to nearest, AWQ, GPTQ"
ROWS = ("round to nearest", "AWQ", "GPTQ", "NF4", "NF4, double", "INT8, scale per row", "FP8, scale per row")


def normal_quantile(share: float) -> float:
    return float(torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(share, dtype=torch.float64)))


def levels_of_nf4() -> tuple[list[float], list[float], list[float]]:
    """Shares, their quantiles (eight above, then seven below as magnitudes), and the sixteen levels."""
    outermost = (1 - 1 / 32 + 1 - 1 / 30) / 2
    shares = [
        outermost - i * (outermost - 0.5) / count for count in (8, 7) for i in range(count)
    ]  # 0.5 itself left out
    quantiles = [normal_quantile(share) for share in shares]
    top = quantiles[0]
    return shares, quantiles, [*(-q / top for q in quantiles[8:]), 0.0, *(q / top for q in quantiles[7::-1])]


def two_weights() -> list[float]:
    """The worked example of GPTQ: every number on the way."""
    h, off = 10.0, 8.0
    nearest = [0.4, 0.4]
    moved = 0.4 * off / h
    corrected = [0.4, 0.4 - 1.0]
    outputs = [[2 * e[0] + e[1], e[0] + 2 * e[1]] for e in (nearest, corrected)]
    losses = [sum(value**2 for value in output) for output in outputs]
    parts = [2 * corrected[0], -2 * corrected[1], corrected[1]]
    squares = [e**2 for e in (*nearest, *corrected)]
    sums = [squares[0] + squares[1], squares[2] + squares[3]]
    assert losses[1] < losses[0] / 4, "less than a quarter"
    assert sums[1] > sums[0], "farther off"
    return [
        *nearest,
        moved,
        -moved,
        0.4 + moved,
        corrected[1],
        *all_of(*outputs),
        *losses,
        *parts,
        *squares,
        *sums,
    ]


def inverse_of_h() -> list[float]:
    """U of the same example, and how much the second weight gains."""
    H = torch.tensor([[10.0, 8.0], [8.0, 10.0]], dtype=torch.float64)
    U = torch.linalg.cholesky(torch.linalg.inv(H)).T
    assert abs(float(torch.linalg.inv(H)[0, 0]) - 10 / 36) < 1e-12
    assert abs(float(torch.linalg.inv(H)[0, 1]) + 8 / 36) < 1e-12
    error = 0.4 / float(U[0, 0])
    return [float(U[0, 0]), float(U[0, 1]), -float(U[0, 1]), error, -error * float(U[0, 1])]


def loud_input(s: float) -> tuple[float, list[int], list[float], list[float], float]:
    """Four weights, x = 1, 10, 1, 1, the second weight scaled by s: step, codes, Ŵ, errors times x, loss."""
    w, x, scales = [0.70, -0.34, 0.14, 0.26], [1, 10, 1, 1], [1, s, 1, 1]
    step = max(abs(a * b) for a, b in zip(w, scales, strict=True)) / 7
    codes = [round(a * b / step) for a, b in zip(w, scales, strict=True)]
    back = [q * step / b for q, b in zip(codes, scales, strict=True)]
    errors = [abs((a - b) * c) for a, b, c in zip(w, back, x, strict=True)]
    return step, codes, back, errors, sum(e**2 for e in errors)


def nf4_block() -> list[float]:
    """The block by hand: scaled weights, codes and both ways back."""
    levels = levels_of_nf4()[2]
    w = [0.50, -0.20, 0.04, -0.11]
    scaled = [x / 0.5 for x in w]
    codes = [min(range(16), key=lambda i: abs(levels[i] - x)) for x in scaled]
    assert codes == [15, 3, 8, 5]
    evenly = [round(x / (0.5 / 7)) * 0.5 / 7 for x in w]
    return [*w, *scaled, *codes, *(levels[c] * 0.5 for c in codes), *evenly]


def e4m3(x: float) -> float:
    return float(torch.tensor(x).to(torch.float8_e4m3fn).float())


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed = printed_by(demo("four-bits"))
    real: dict[str, Any] = source(REAL)
    table, by_bits = [real[row] for row in ROWS], real[BY_BITS]
    nearest, awq, gptq, nf4 = table[:4]
    assert gptq[1] > awq[1] > nearest[1]
    assert gptq[3] < awq[3] < nf4[3] < nearest[3]
    assert all(by_bits[b][2] < by_bits[b + 1][0] for b in (3, 4)), "worth one bit"
    assert all(1.6 < by_bits[b][m] / by_bits[b + 1][m] < 3.1 for b in range(2, 6) for m in range(3))
    bloom = dict(
        zip(
            source("gptq-opt175-bloom176", "columns"), source("gptq-opt175-bloom176", "OPT-175B"), strict=True
        )
    )
    three = [bloom["fp16"], bloom["RTN 3-bit"], bloom["GPTQ 3-bit"]]
    hours = number_in("gptq-runtime", "OPT-175B")
    order = source("gptq-act-order-effect", "LLaMA-7B 4-bit")
    llama = source("gptq-llama1-table", "7B")
    salient, scaled = source("awq-salient-table1"), source("awq-scale-table2")
    kept = [
        salient["RTN"],
        *(salient[f"chosen {how}"][1] for how in ("at random", "by weight norm", "by activation")),
    ]
    by_hand = {s: loud_input(s) for s in (1, 2, 8)}
    shares, quantiles, levels = levels_of_nf4()
    published = source("nf4-codes")
    assert max(abs(a - b) for a, b in zip(levels, published, strict=True)) < 1e-6, "to six digits"
    saved = 32 / 64 - 8 / 64 - 32 / (64 * 256)
    assert abs(saved - source("qlora-double-quant", "saved")) < 5e-4
    assert number_in("qlora-double-quant", "saved on 65B") == round(65 * saved / 8)
    e4, e5 = source("fp8-formats", "E4M3", "max"), source("fp8-formats", "E5M2", "max")
    assert torch.finfo(torch.float8_e4m3fn).max == e4
    assert torch.finfo(torch.float8_e5m2).max == e5
    rounded = {x: e4m3(x) for x in (0.3, 300.0, 34.0, 0.003)}
    steps = {0.3: 2**-5, 300.0: 32.0, 34.0: 4.0, 0.003: 2**-9}
    int8, float8 = (
        last_number(rf"{name}, scale per row +\S+ +(\S+) %", demo("four-bits")) for name in ("INT8", "FP8")
    )
    small = round(0.5 / (100 / 127)) * 100 / 127
    in_fp8 = e4m3(0.5 / (100 / 448))
    gpt3, torchao = source("fp8-gpt3-residual"), source("torchao-llama31-8b-accuracy")
    words = [torchao[row][0] for row in ("bf16", "int8 weight-only", "fp8 rowwise W8A8", "int8 W8A8")]
    llama2, apart = source("awq-llama2-table"), source("gptq-vs-awq-2024")
    methods = {4: ("RTN", "GPTQ-R (act-order)", "AWQ"), 3: ("RTN", "GPTQ-R (act-order)", "AWQ")}
    perplexities = [
        *(llama2["fp16"][i] for i in (0, 2)),
        *(llama2[f"INT{b}-g128 {m}"][i] for b, of in methods.items() for m in of for i in (0, 2)),
    ]
    seventy = [llama2["fp16"][2], *(llama2[f"INT{b}-g128 {m}"][2] for b, of in methods.items() for m in of)]
    benchmarks = [*apart["8B academic avg"], *apart["8B real-world avg"]]
    kinds = source("qlora-datatypes")
    speed = source("bnb-bench-8b", "H100")[:2]
    widths: list[Claim] = [4 + 16 / 128, 4 + 32 / 64, 4.5 - saved]
    down, narrow = real[DOWN], real["128 tokens, GPTQ seen and held out"]
    papers = [
        *paper("gptq-opt175-bloom176", "2022 2210.17323"),
        *paper("awq-salient-table1", "2023 2306.00978"),
    ]
    grid = cited("awq-grid", "0 0.05 0.95", "values tried in the code")
    assert source("awq-grid", "grid size") == 20, "twenty values"
    block, blocks = source("bnb-defaults", "4-bit block size"), source("qlora-double-quant", "block sizes")
    assert block == blocks[0]
    seen, held_out = cited(REAL, "1,024"), module("four-bits").HELD_OUT
    gap = [gptq[1], nearest[1], gptq[3], nearest[3]]
    return {
        "three-bits": [*three, *cited("gptq-opt175-bloom176", "3")],
        "what-to-make-small": [said("twice", (0.4 + 0.4) / 0.4), *given("0 −0.4 0.4 2 16")],
        "two-weights-by-hand": [
            said("a quarter", two_weights()[11] / two_weights()[10]),
            *two_weights(),
            *given("1.4 −0.4 0.6 0 1 2 5 8 10"),
        ],
        "gptq": [
            *inverse_of_h(),
            0.4,
            hours,
            number_in("gptq-runtime", "OPT-13B"),
            *papers[:2],
            *given("1 2 8 −8 10 36"),
        ],
        "gptq-practice": [
            *order,
            llama[1],
            number_in("gptq-settings", "damping"),
            source("gptq-settings", "column block"),
            *cited("gptq-act-order-effect", "4"),
            *given("0"),
        ],
        "loud-inputs": [*kept, salient["fp16"], *cited("awq-salient-table1", "1 3 128")],
        "awq-by-hand": all_of(
            [said("ten times", 10 / 1), said("a twelfth", by_hand[2][4] / by_hand[1][4])],
            *(
                list(of) if isinstance(of, list) else [of]
                for s in by_hand
                for of in by_hand[s][:1] + by_hand[s][3:]
            ),
            by_hand[1][1],
            by_hand[2][1],
            by_hand[8][1],
            by_hand[2][2],
            [2 * 0.34, 8 * 0.34],
            given("−0.34 0.14 0.26 0.1 7 −7 1 2 8 10 0.70 0.7"),
        ),
        "awq": [
            *scaled["s"],
            *scaled["perplexity"],
            *grid,
            *cited("awq-scale-table2", "1 3 128"),
            *papers[2:],
        ],
        "levels-where-weights-are": [normal_quantile(0.84), block, *given("0 0.5 0.84 1 −1 15")],
        "sixteen-levels": [
            *shares,
            *quantiles,
            *levels,
            1 - 1 / 32,
            1 - 1 / 30,
            *given("0.5 1 15 16 30 32"),
        ],
        "a-block-of-nf4": [
            *nf4_block(),
            32 / 64,
            8 / 64 + 32 / (64 * 256),
            saved,
            *widths[1:],
            number_in("qlora-double-quant", "saved on 65B"),
            *blocks,
            *paper("qlora-double-quant", "2023 2305.14314"),
            *given("0.5 7 8 32"),
        ],
        "fp8": [
            *rounded.values(),
            *steps.values(),
            *(x / step for x, step in steps.items()),
            *steps,
            2**-6,
            448 / 2**8,
            round(9.6),
            round(9.375),
            e4,
            e5,
            2**8 * (1 + 7 / 8),
            *given("0 1 2 3 4 −6 7 8 −9 15 16 500"),
        ],
        "fp8-or-int8": [
            said("a fourteenth", 32 / 448),
            said("four times", float8 / int8),
            printed,
            100 / 127,
            small,
            round(100 * (small - 0.5) / 0.5),
            100 / 448,
            0.5 / (100 / 448),
            in_fp8,
            in_fp8 * 100 / 448,
            round(100 * (in_fp8 * 100 / 448 - 0.5) / 0.5, 1),
            *(
                gpt3[row]
                for row in ("bf16", "E4M3 without scaling, residuals too", "scaled, matrix products only")
            ),
            *words,
            e4,
            *cited("fp8-gpt3-residual", "3"),
            *given("0 0.5 1 32 100 127 256"),
        ],
        "demo": [
            *loosely("half", "a third", "a tenth"),
            printed,
            gptq[3],
            nearest[3],
            held_out,
            *seen,
            *cited(REAL, "12 64"),
            about(module("measuring").NEVER_LONGER, 3),  # of the same text
            *given("4 8"),
        ],
        "farther-and-nearer": [*all_of(*table), saved, *cited(REAL, "4 12 64"), *given("8")],
        "worth-in-bits": [
            said("halves", by_bits[4][0] / by_bits[3][0], by_bits[5][0] / by_bits[4][0]),
            *loosely("a tenth"),
            *all_of(*by_bits.values()),
            real["energy of X in a tenth of all directions"],
            *real["mean |x| of the loudest input, of the median one"],
            *by_bits,
        ],
        "already-in-four-bits": [
            *loosely("half"),
            nearest[3],
            awq[3],
            gptq[3],
            *real[NOISY],
            *real[NOISY_32],
            0.0,
            4 + 32 / 32,
            *cited(REAL, "4 16 32"),
        ],
        "too-well": [
            said("halves", down[2][0] / down[0][0]),
            *all_of(*down),
            *narrow,
            real["128 tokens, damping 0.1, GPTQ held out"],
            128 * 2048,
            number_in("gptq-settings", "calibration samples"),
            number_in("gptq-settings", "calibration samples", place=1),
            number_in("gptq-settings", "damping") / 100,
            *cited(REAL, "0.1"),
            *seen,
            INNER,
        ],
        "whole-models": [
            *perplexities,
            *benchmarks,
            *(value for name, value in kinds.items()),
            *cited("awq-llama2-table", "2 3 4 128"),
        ],
        "choosing": [*widths, 4 + (16 + 4) / 128, *given("3 4 8 16 20 32 64 128")],
        "limits": [
            said("a quarter", 4 / 16),
            *gap[:2],
            llama2["fp16"][0],
            llama2["INT3-g128 AWQ"][0],
            three[0],
            source("gptq-extreme-2bit", "2-bit g128"),
            source("awq-marlin-vs-awq"),
            *speed,
            *cited("gptq-extreme-2bit", "2 128"),
            *cited("awq-llama2-table", "3"),
            *given("16"),
        ],
        "sources": [
            *papers,
            *paper("gptq-vs-awq-2024", "2024 2411.02355"),
            *paper("qlora-double-quant", "2023 2305.14314"),
            *paper("bnb-defaults", "0.50"),
            *paper("bnb-bench-8b", "0.45"),
            *paper("fp8-formats", "2022 2209.05433"),
        ],
        "try-it": given("0 4 128"),
        "quiz": [
            said("a quarter", 4.125 / 16),
            said("four times", float8 / int8),
            *kept[2:],
            salient["RTN"],
            llama2["fp16"][2],
            *(llama2[f"INT{b}-g128 {m}"][2] for b, m in ((4, "RTN"), (4, "AWQ"), (3, "RTN"))),
            *seventy[-2:],
            widths[0],
            e4,
            2**8 * (1 + 7 / 8),
            0.4 * 8 / 10,
            gptq[1],
            nearest[1],
            *cited("awq-salient-table1", "1 3"),
            *cited("awq-llama2-table", "4 128"),
            *given("0 0.00 0.01 0.4 0.5 2 6 −6 7 −8 8 −9 10 15 16 32 70"),
            *given("000 0000 001 0111 110 111 1111"),
        ],
        "beginner": [
            *three,
            *kept[2:],
            salient["RTN"],
            *gap,
            *cited("awq-salient-table1", "1 3"),
            *cited(REAL, "4"),
            *papers,
        ],
        "intermediate": [
            *order,
            llama[0],
            llama[1],
            *down[2],
            down[0][1],
            8 / 64 + 32 / (64 * 256),
            number_in("gptq-settings", "damping"),
            *grid[::2],
            block,
            blocks[0],
            32 / block,
            e4,
            INNER,
            *seen,
            *cited("gptq-act-order-effect", "4"),
            *given("0.003 0.3 2 3 30 32 34"),
        ],
        "advanced": [
            *seventy,
            *benchmarks,
            *words,
            source("awq-marlin-vs-awq"),
            *speed,
            *widths,
            *paper("awq-llama2-table", "2306.00978"),
            *cited("awq-llama2-table", "3 4 128"),
            *paper("gptq-vs-awq-2024", "2411.02355"),
            *given("8 16 80 100,000"),
        ],
    }
