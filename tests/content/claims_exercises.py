"""What stands behind the numbers of misconceptions and notices, beyond definitions and what a brief gives."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import Any

import torch

from tests.content.claims import Claim, Given, cited, given, number_in, source
from tests.content.quantities import worth

SIDE = 4096  # of the layer that the messages about memory take
TOKENS = 2048
FLOAT32_WHOLE = 2**24
E4M3 = torch.arange(256).to(torch.uint8).view(torch.float8_e4m3fn).float()
WORTH = {
    "third": 1 / 3,
    "quarter": 1 / 4,
    "fifth": 1 / 5,
    "eighth": 1 / 8,
    "tenth": 1 / 10,
    "terabyte": 1e12,
    "hundred": 100.0,
    "thousand": 1000.0,
}
TIMES = {"three": 3.0, "four": 4.0, "eight": 8.0, "sixteen": 16.0, "hundred": 100.0}


def said(words: str, value: float) -> Given:
    """A share or a multiple in words, within a tenth of what is computed."""
    first, second = words.split()
    worth = TIMES[first] if second == "times" else WORTH[second]
    assert abs(value / worth - 1) <= 0.1, f"{words} for {value}"
    return Given(words)


def compared(words: str, value: float) -> Given:
    """'Nearly half' and 'more than twice': the value lies on that side, and no further than a quarter."""
    side, _, phrase = words.rpartition(" ")
    ratio = value / worth(phrase)
    assert 0.8 <= ratio < 1 if side in ("nearly", "less than") else 1 < ratio <= 1.25, f"{words} for {value}"
    return Given(words)


def above(token: str, value: float) -> Given:
    """'More than': the value lies above, and no further than a quarter of it."""
    bound = float(token.replace(",", ""))
    assert bound < value <= 1.25 * bound, f"more than {token} for {value}"
    return Given(token)


def illustrating(*tokens: str) -> list[Claim]:
    """An example's number that could as well be another."""
    return [Given(token) for token in tokens]


def compared_with_all(levels: int, width: int) -> float:
    """GB of a layer's distances to every level."""
    return levels * SIDE * SIDE * width / 1e9


def every_product() -> list[Claim]:
    return [TOKENS, SIDE, TOKENS * SIDE * SIDE * 4 / 1e9]


def half_added_then_cut() -> list[Claim]:
    assert int(-2.7 + 0.5) == -2
    assert round(-2.7) == -3
    return [0.5, *given("−2.7"), -2.7 + 0.5]


def small_steps(levels: int, absmax: float = 1e-3, constant: float = 1e-5) -> list[Claim]:
    """A row of absmax 1e-3: its step, beside which 1e-5 is not small."""
    step = absmax / levels
    assert step + constant > 2 * step
    return [absmax, step, constant]


def more_than_doubled(levels: int) -> Given:
    return compared("more than twice", 1 + 1e-5 * levels / 1e-3)


def wrapped(value: int, dtype: torch.dtype) -> float:
    return float(torch.tensor(value, dtype=torch.int64).to(dtype))


LINEAR, OTHER = (
    float(source("gpt2-footprint-arithmetic", key))
    for key in ("linear weights in blocks", "other parameters")
)
# SmolLM2-135M: 30 blocks, 576 wide, 9 heads and 3 KV heads of 64, 1536 inside, 49,152 tokens, tied.
SMOL_BODY = 30 * (2 * 576 * 576 + 2 * 576 * 192 + 3 * 576 * 1536)
SMOL_HEAD = 49152 * 576
SMOL = SMOL_BODY + SMOL_HEAD + 61 * 576


def gets_smaller(linear: float, other: float, rest: int) -> float:
    """Bytes in 16 bits over bytes in 8, with the rest in ``rest`` bytes."""
    return 2 * (linear + other) / (linear + rest * other)


@cache
def nf4_facts() -> dict[str, float]:
    """Errors on normal weights in blocks of 64, against NF4's, and how full its levels are."""
    quantile = NormalDist().inv_cdf
    probabilities = [torch.linspace(0.9677083, 0.5, n, dtype=torch.float64)[:-1].tolist() for n in (9, 8)]
    above_0, below_0 = ([quantile(p) for p in side] for side in probabilities)
    levels = torch.tensor(sorted([*(-x for x in below_0), 0.0, *above_0])) / max(above_0)
    W = torch.randn(8192, 64, generator=torch.Generator().manual_seed(0))
    absmax = W.abs().amax(1, keepdim=True)
    x = W / absmax

    def codes(levels: torch.Tensor) -> torch.Tensor:
        return torch.bucketize(x, (levels[1:] + levels[:-1]) / 2)

    def error(came: torch.Tensor) -> float:
        return float((came * absmax - W).norm())

    own, taken = error(levels[codes(levels)]), codes(levels)
    fitted, weight = levels, (absmax * absmax).expand_as(x).flatten()
    for _ in range(60):
        k = codes(fitted).flatten()
        total = torch.zeros(16).index_add_(0, k, weight * x.flatten())
        fitted = total / torch.zeros(16).index_add_(0, k, weight)
    assert fitted.abs().min() > 0.01, "no exact zero"
    return {
        "quantile": max(above_0),
        "seven steps": error(torch.round(x * 7) / 7) / own,
        "even": error(torch.round((x + 1) * 7.5) / 7.5 - 1) / own,
        "fitted": error(fitted[codes(fitted)]) / own,
        "zero": 100 * float((taken == 7).float().mean()),
        "one": 100 * float((taken == 15).float().mean()),
    }


def one_operand_rounded() -> float:
    """Error of X Wᵀ with X alone rounded to int8, against both rounded."""
    draw = torch.Generator().manual_seed(0)
    X, W = torch.randn(256, 512, generator=draw), torch.randn(256, 512, generator=draw)

    def back(A: torch.Tensor) -> torch.Tensor:
        step = A.abs().amax(1, keepdim=True) / 127
        return torch.round(A / step) * step

    exact = X @ W.T
    return float((back(X) @ W.T - exact).norm() / (back(X) @ back(W).T - exact).norm())


def quantile_refuses() -> float:
    torch.quantile(torch.zeros(16_000_000), 0.5)
    try:
        torch.quantile(torch.zeros(2**24 + 1), 0.5)
    except RuntimeError:
        return 2**24 / 1e6
    raise AssertionError("torch.quantile takes more")


def e4m3_better_below() -> float:
    """absmax over the weight from which on int8's half step is the smaller one."""
    numbers = E4M3[(E4M3 >= 0) & E4M3.isfinite()].unique()
    half = (numbers[1:] - numbers[:-1]) / 2
    return 448 / float(numbers[:-1][half > 448 / 254].min())


LLAMA = {
    key: source("llama3-70b-config", key) for key in ("layers", "heads", "KV heads", "head dim", "hidden")
}
PARAMS = {key: source("llama3-70b-params", key) for key in ("input embedding", "output head", "total")}
A100 = number_in("hw-a100-80", "memory bandwidth SXM") * 1e9


def serving_plan() -> dict[str, list[Claim]]:
    tables = PARAMS["input embedding"] + PARAMS["output head"]
    read = source("llama3-70b-bytes", "bf16") - 2 * PARAMS["input embedding"]
    rates = source("vllm-r1-llama70b-tokens-per-second")
    shares = [100 * row[3] for name, row in rates.items() if "A100" in name]
    assert 2 * A100 / read < 30
    return {
        "misconception/kv-heads-taken-for-query-heads": [
            LLAMA["heads"],
            LLAMA["KV heads"],
            said("an eighth", LLAMA["KV heads"] / LLAMA["heads"]),
        ],
        # Mistral-Nemo's config, as the demo and the grader have it: hidden 5120, 32 heads.
        "misconception/head-width-derived-from-hidden": [5120 / 32],
        "misconception/tables-in-few-bits": [
            100 * tables / PARAMS["total"],
            100 * 2 * tables / source("llama3-70b-bytes", "int4 g128 (16-bit scale, 4-bit zero)"),
        ],
        "misconception/scales-not-planned-for": [4 + (16 + 4) / 128],
        "misconception/head-not-stored": [
            source("llama3-70b-config", "vocabulary"),
            LLAMA["hidden"],
            2 * PARAMS["output head"] / 1e9,
        ],
        "misconception/binary-bandwidth": [A100 / 1e9, 100 * (2**30 / 1e9 - 1)],
        "misconception/price-an-hour-taken-for-a-second": [60.0 * 60],
        "notice": [
            2 * A100 / read,
            read / 1e9,
            math.ceil(2 * A100 / read),
            min(shares),
            max(shares),
            *illustrating("a hundred"),
        ],
    }


def claims() -> dict[str, dict[str, list[Claim]]]:
    nf4 = nf4_facts()
    cut, product = half_added_then_cut(), 127 * 127
    half, brain = (1 - math.log2(torch.finfo(t).eps) for t in (torch.float16, torch.bfloat16))
    half_max = torch.finfo(torch.float16).max
    finite = E4M3[E4M3.isfinite()]
    exact = FLOAT32_WHOLE // product
    assert 4 * product < half_max < 5 * product
    assert torch.tensor(89.0).exp().isinf()
    assert torch.tensor(88.0).exp().isfinite()
    assert torch.tensor(-120.0).exp() == 0
    assert torch.nn.CrossEntropyLoss().ignore_index == -100
    kv_token = 2 * LLAMA["layers"] * LLAMA["KV heads"]
    bnb: Any = source("bnb-defaults")
    llm_int8 = [source("llmint8-threshold"), number_in("llmint8-outlier-share", "feature dims in 16 bit")]
    in_8_bits = number_in("llmint8-outlier-share", "values still in 8 bit")
    on_tokens = number_in("llmint8-outlier-criteria", "tokens")
    return {
        "absmax-int8": {
            "misconception/half-added-then-cut": cut,
            "misconception/epsilon-hides-small-weights": small_steps(127),
            "misconception/all-levels-compared": [2**8 - 1, SIDE, compared_with_all(255, 4)],
            "notice": [*given("1000"), 1000 / 127, 1000 / 127 / 2],
        },
        "awq": {
            "misconception/activations-averaged-with-sign": illustrating("−50", "50"),
            "misconception/truncated-not-rounded": [said("four times", (1 / 3) / (1 / 12))],
        },
        "calibration": {
            "misconception/percent-taken-as-fraction": illustrating("0.99", "99"),
            "misconception/percentile-of-signed-values": [100 - 99.0],
            "misconception/share-of-the-absmax": illustrating("99", "a tenth"),
            "misconception/percentile-hard-coded": list(source("calibration-percentiles").values()),
            "misconception/every-candidate-kept": [said("a hundred", 100)],
            "notice": [Given("16"), *([] if round(quantile_refuses()) == 17 else [math.nan])],
        },
        "capstone": {
            "misconception/scales-not-counted": [said("a quarter", 16 / 64)],
            "misconception/budget-left-unused": illustrating("a tenth"),
            "notice": [said("a fifth", SMOL_HEAD / SMOL), SMOL / 1e6],
        },
        "fp8": {
            "misconception/ties-not-to-even": [0.5, float(torch.tensor(18.0).to(torch.float8_e4m3fn))],
            "misconception/subnormals-flushed": [2.0**-9, 2.0**-6],
            "misconception/largest-not-as-given": [1.875 * 2**7],
            "misconception/exponent-not-rounded-down": illustrating("30"),
            "misconception/subnormals-with-a-leading-one": [2.0**-6, float(E4M3[1])],
            "misconception/subnormals-one-exponent-low": [2.0**-7, 2.0**-6],
            "misconception/bias-off-by-one": [2.0**3, float(E4M3[0x38])],
            "misconception/codes-taken-for-integers": [0x38, float(E4M3[0x38])],
            "misconception/nan-code-written": [1.875 * 2**8],
            "misconception/largest-taken-for-240": [1.875 * 2**7],
            "misconception/no-scale": [float(E4M3[1]), *illustrating("0.01")],
            "misconception/scale-from-signed-max": [float(finite.min())],
            "misconception/all-values-compared": [
                len(finite.unique()),
                said("a thousand", 4 * len(finite.unique())),
            ],
            "notice": [
                2 * 127,
                e4m3_better_below(),
                1.875 * 2**7,
                torch.finfo(torch.float8_e5m2).max,
                2.0**-6,
                1.5 * 2**2,
            ],
        },
        "gptq": {
            "misconception/epsilon-hides-small-groups": [1e-3],
            "misconception/all-levels-on-one-side": [compared("nearly twice", (2 * 15 + 1) / 16)],
        },
        "group-wise": {
            "misconception/half-added-then-cut": cut,
            "misconception/epsilon-hides-small-groups": [1e-3, 1e-3 / 7],
            "misconception/scales-stored-for-every-weight": [said("four times", 16 / 4)],
            "notice": [SIDE, 16 / 128, 16 / 32, 4 + 16 / 128, said("a quarter", 4.125 / 16)],
        },
        "int4-packing": {
            "misconception/mask-forgotten": [Given(f"{-2 & 255:b}")],
            "misconception/border-misplaced": [7 - 16],
            "misconception/fifteen-instead-of-sixteen": given("10 9"),
            "misconception/unpacked-in-another-type": [wrapped(-2, torch.uint8)],
            "misconception/sixteen-places-for-each-code": [
                said("sixteen times", 16),
                SIDE,
                compared_with_all(16, 8),
            ],
        },
        "int8-matmul": {
            "misconception/cast-after-the-product": [product, product % 256],
            "misconception/sum-in-sixteen-bits": [product, 3 * product],
            "misconception/sum-clipped": [product],
            "misconception/sum-in-float32": [FLOAT32_WHOLE, exact + 1, SIDE],
            "misconception/sum-in-half-precision": [half_max, brain],
            "misconception/scaled-in-half-precision": [half, brain, half_max],
            "misconception/codes-wrap-around": [255 / 2],
            "misconception/epsilon-hides-small-rows": [*small_steps(127), more_than_doubled(127)],
            "misconception/every-product-kept": every_product(),
            "notice": [above("133,000", 2**31 / product), exact, 16 + 1],
        },
        "kv-cache": {
            "misconception/codes-wrap-around": [255 / 2],
            "misconception/old-tokens-requantized": illustrating("a thousand"),
            "misconception/epsilon-hides-small-rows": [*small_steps(127), more_than_doubled(127)],
            "misconception/largest-logit-not-subtracted": given("89"),
            "misconception/query-heads-counted": [said("an eighth", LLAMA["KV heads"] / LLAMA["heads"])],
            "misconception/scales-forgotten": [200 / 128, 400 / 128],
            "notice": [kv_token * (LLAMA["head dim"] + 2), said("eight times", 64 / LLAMA["KV heads"])],
        },
        "memory-footprint": {
            "misconception/binary-units": [100 * (2**30 / 1e9 - 1)],
            "misconception/only-linear-counted": [
                said("a third", OTHER / (LINEAR + OTHER)),
                compared("nearly half", 2 * OTHER / (LINEAR + 2 * OTHER)),
            ],
            "notice": [
                gets_smaller(LINEAR, OTHER, 2),
                2,
                OTHER,
                said("a third", OTHER / (LINEAR + OTHER)),
                16 / 128,
                said("four times", 128 / 32),
            ],
        },
        "model-footprint": {
            "misconception/load-in-8bit-as-argument": [float(source("transformers5-load-in-8bit", "since"))],
            "misconception/causal-mask-counted": [float(source("transformers5-load-in-8bit", "since"))],
            "misconception/embeddings-in-eight-bits": [said("a third", OTHER / (LINEAR + OTHER))],
            "misconception/query-key-value-as-one": [said("three times", 3)],
            "notice": [
                gets_smaller(LINEAR, OTHER, 4),
                gets_smaller(LINEAR, OTHER, 2),
                gets_smaller(SMOL_BODY, SMOL - SMOL_BODY, 2),
                SMOL / 1e6,
                *illustrating("7"),
            ],
        },
        "nf4": {
            "misconception/epsilon-hides-small-blocks": [1e-3],
            "misconception/absmax-in-float64": [said("a quarter", (64 / 64) / 4)],
            "misconception/quantiles-not-normalised": [nf4["quantile"]],
            "misconception/another-offset": [30, (2 - 1 / 30 - 1 / 32) / 2],
            "misconception/codes-evenly-spaced": [15 / 2],
            "notice": [
                4 + 32 / 64,
                8 / 64 + 32 / (64 * 256),
                source("qlora-double-quant", "saved"),
                source("qlora-double-quant", "saved") * 65 / 8,
                *cited("qlora-double-quant", "65"),
                *(nf4[key] for key in ("seven steps", "even", "fitted", "zero", "one")),
            ],
        },
        "outlier-decomposition": {
            "misconception/weights-left-in-float": [one_operand_rounded()],
            "misconception/share-of-tokens": [on_tokens],
            "misconception/integer-product-overflows": [product, half_max],
            "misconception/outliers-in-bfloat16": [brain, half],
            "misconception/epsilon-hides-small-rows": [*small_steps(127, 1e-2, 1e-4), more_than_doubled(127)],
            "misconception/every-product-kept": every_product(),
            "notice": [llm_int8[1], in_8_bits],
        },
        "outlier-features": {
            "misconception/share-of-tokens": [on_tokens],
            "misconception/share-of-features": [llm_int8[1]],
            "notice": [*llm_int8, bnb["Linear8bitLt threshold"], bnb["transformers llm_int8_threshold"]],
        },
        "per-row-scales": {
            "misconception/half-added-then-cut": cut,
            "misconception/one-scale-for-all": illustrating("a hundred"),
            "misconception/epsilon-hides-small-rows": small_steps(127),
            "misconception/all-levels-compared": [2**8 - 1, SIDE, compared_with_all(255, 4)],
            "notice": [SIDE, 100 * 4 / SIDE],
        },
        "perplexity": {
            "misconception/mean-of-exponents": [*given("0.001"), said("a thousand", 1 / 0.001)],
            "misconception/log-of-softmax": [
                *given("120"),
                *([] if 15 < -math.log(1e-9) < 25 else [math.nan]),
            ],
            "notice": [20.2, 100 * (20.2 / 20 - 1), math.log(20.2 / 20), *given("−100")],
        },
        "qat": {
            "misconception/end-codes-frozen": illustrating("2.7"),
            "notice": [4 * 4, *given("70"), *([Given("a terabyte")] if 70e9 * 16 > 1e12 else [])],
        },
        "serving-plan": serving_plan(),
        "smoothquant": {
            "misconception/alpha-ignored": [source("smoothquant-alpha", "Llama-2, Llama-3")],
            "misconception/alpha-as-a-factor": illustrating("a thousand"),
            "misconception/scales-rounded": [1e-3],
            "misconception/epsilon-shifts-small-channels": [1e-3, 1e-5, 100 * 1e-5 / 1e-3],
            "misconception/smoothed-in-16-bits": [1e-4, 2.0**-half, 2.0**-brain],
        },
        "w4a16-kernel": {
            "misconception/sign-left-off": [-2 + 16],
            "misconception/subtracted-unsigned": [*given("5"), wrapped(5 - 8, torch.uint8)],
            "misconception/sums-in-fp16": [half_max],
            "notice": [1 / 2 + 2 / 128],
        },
        "zero-point": {
            "misconception/subtracted-in-eight-bits": [*given("40"), wrapped(40 - 51, torch.uint8)],
            "misconception/codes-wrap-around": [255 / 2],
            "misconception/epsilon-hides-small-rows": small_steps(255),
            "misconception/all-levels-compared": [2**8, SIDE, compared_with_all(256, 4)],
            "notice": [2 * 127],
        },
    }
