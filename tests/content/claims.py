"""What stands behind each number of a lesson: a computation, a source, or a premise of the text.

``claims()[lesson][passage]`` lists values; a number in the text is covered when some value rounds to it, and a value
that no number shows is stale. ``given`` marks premises (an example's weights, the name of a width) as they are
written. ``printed`` covers all numbers that the lesson's demo prints with its first settings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from tests.content.lesson_text import NUMBER, sources


@dataclass(frozen=True)
class Given:
    token: str


@dataclass(frozen=True)
class Printed:
    """Any number of a text that the demo printed."""

    tokens: frozenset[str]


Claim = float | Given | Printed


def given(tokens: str) -> list[Claim]:
    return [Given(token) for token in tokens.split()]


def about(value: float, digits: int) -> float:
    """Rounded to ``digits`` significant digits, as the text says 'about'."""
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def source(id: str, *path: str | int) -> Any:
    """A value of ``sources.yaml``."""
    value: Any = sources()[id]["value"]
    for key in path:
        value = value[key]
    return value


def number_in(id: str, *path: str | int, place: int = 0) -> float:
    """A number inside a text of ``sources.yaml``, such as the 85,198,045,184 of '85,198,045,184 bytes'."""
    return float(NUMBER.findall(str(source(id, *path)))[place].replace(",", ""))


def absmax(row: list[float], scale: float | None = None) -> tuple[float, list[int], list[float], list[float]]:
    """Scale, codes, what comes back, and errors of symmetric int8: the oracle of the worked examples."""
    scale = scale or max(abs(w) for w in row) / 127
    codes = [round(w / scale) for w in row]
    back = [q * scale for q in codes]
    return scale, codes, back, [abs(w - b) for w, b in zip(row, back, strict=True)]


def all_of(*lists: list[Any]) -> list[Any]:
    return [value for values in lists for value in values]


ROW_0, ROW_1 = [0.520, -1.260, 0.035, 2.540], [-0.313, 0.985, -1.905, 0.008]
LOUD_ROW = [0.520, -1.260, 0.035, 25.4]


def claims(demo: Callable[..., str]) -> dict[str, dict[str, list[Claim]]]:
    """All claims. ``demo(lesson, *arguments)`` is what that lesson's demo prints."""
    low_threshold = demo("outliers", "--threshold", "3")
    return {
        "bits": _bits(_printed(demo("bits"))),
        "scales": _scales(_printed(demo("scales"))),
        "outliers": _outliers(
            _printed(demo("outliers")),
            _last_number(r"reach the threshold 3: (\S+) %", low_threshold),
            _last_number(r"outliers in 16 bits +(\S+) %", low_threshold),
        ),
    }


def _printed(output: str) -> Printed:
    return Printed(frozenset(NUMBER.findall(output)))


def _last_number(pattern: str, output: str) -> float:
    return float(re.findall(pattern, output)[-1])


def drawn_weights() -> torch.Tensor:
    """What the demos of Bits and Scales draw with their first settings: f32[64, 64]."""
    return torch.randn(64, 64, generator=torch.Generator().manual_seed(0))


def mean_error(W: torch.Tensor, scale: torch.Tensor | float) -> float:
    """The mean absolute error of rounding W to whole steps of ``scale``."""
    return float((W - torch.round(W / scale) * scale).abs().mean())


def _bits(printed: Printed) -> dict[str, list[Claim]]:
    W = drawn_weights()
    largest = float(W.abs().max())
    calm, loud = mean_error(W, largest / 127), mean_error(W, 1000 / 127)
    card = number_in("hw-a100-80", "reported memory") / 1e9
    weights = source("llama3-70b-params", "total") / 1e9
    stored = {key: size / 1e9 for key, size in source("llama3-70b-bytes").items()}
    bf16, int8, int4 = stored["bf16"], stored["int8 per channel"], stored["int4 g128 symmetric (16-bit scale)"]
    int4_zero = stored["int4 g128 (16-bit scale, 4-bit zero)"]
    per_token = source("llama3-70b-kv", "per token")
    study, bound = "llama3-70b-study", "llama3-70b-decode-bound"
    measured = source("vllm-r1-llama70b-tokens-per-second")
    table1, linear = source("llmint8-table1"), source("bnb-linear-h100")
    perplexity_4bit = [source(study, "fp16"), source(study, "RTN", 0), source(study, "GPTQ", 0)]
    whole = absmax(ROW_0 + ROW_1)
    context = source("ppl-context-baselines")
    spread = 2 * 2.54 / 255
    sizes: list[Claim] = [7 * bits / 8 for bits in (32, 16, 8, 4)]
    floats: list[Claim] = [torch.finfo(torch.float16).max, torch.finfo(torch.bfloat16).max]
    return {
        "one-card-or-two": [weights, bf16, card, 2 * card, *given("1 4 8 16")],
        "bytes": [*sizes, *given("32 16 8 4 7"), 7e9 * 4 / 2**30],
        "dtypes": [
            *floats, torch.finfo(torch.float32).max,
            *(1 + torch.finfo(t).eps for t in (torch.float32, torch.float16, torch.bfloat16)),
            *given("0 1 5 8 10 23 7 4 16 32 2 70,000"),
            torch.tensor(70000.0).bfloat16().item(), 2.0 ** (16 - 7),
            *map(float, (-(2**7), 2**7 - 1, 2**8, -(2**3), 2**3 - 1, 2**4)),
        ],
        "absmax": [*given("2.54 127 −127 0.035 0 2"), 2.54 / 127, 0.035 / 0.02, 2 * 0.02, 2 * 0.02 - 0.035],
        "by-hand": all_of(
            ROW_0, ROW_1, [whole[0], whole[0] / 2], whole[1], whole[2], whole[3],
            [w / whole[0] for w in ROW_0 + ROW_1], [sum(whole[3]), sum(whole[3]) / 8],
            [4 * 8, 8, 8 + 4], given("4 0"),
        ),
        "levels": [
            *given("2.54 −2.54 127 −127 0 −128 256 255 5.08 −1"),
            spread, 2.54 / 127, 100 * (2.54 / 127 / spread - 1), spread / 2, -spread / 2, 5.08 / 127,
        ],
        "demo": [printed, *given("0 2 8 16 127"), *given("−4.2 4.2")],
        "calm": [printed, largest / 127 / 4, largest, *given("0")],
        "outlier": [printed, 1000 / largest, calm, loud, loud / calm, *given("0 1 127")],
        "loss": [
            *table1["fp32"], *table1["int8 absmax (per tensor)"], *given("8 1000"),
            context["context 2048"][0], context["context 4096"][0],
        ],
        "overhead": [
            4 + 16 / 128, 7 * 4.125 / 8, 4 + (16 + 4) / 128, 8 * int4 / weights, *given("4 16 128 3.5"),
        ],
        "speed": [
            source(bound, "bf16", "2 GPUs"), number_in(bound, "int4 g128 (16-bit scale, 4-bit zero)", "1 GPU"),
            measured["2x A100 BF16"][1], measured["1x A100 INT4 W4A16"][1],
            source("marlin-speed", "ideal (16 / 4.125 bits)"), linear["1 token"][0], linear["1 token"][1],
            linear["1 token"][1] / linear["1 token"][0], *given("2 4 16 32 128 1.5 4096 8192"),
        ],
        "limits": [
            bf16, int8, int4, card, card - int8, card - int4, about(1e9 * (card - int8) / per_token, 2),
            *perplexity_4bit, source(study, "RTN", 2), *given("1 2 4 8 16 128"),
        ],
        "sources": given("80 2024 2025 2022 2048 4096 16 1 4.125 2404.14047 2208.07339 2306.00978 2402.04396 2408.11743"),
        "try-it": given("2 4 8 16 20 32 1000 0"),
        "quiz": [
            *floats, *(1 + torch.finfo(t).eps for t in (torch.float32, torch.bfloat16)), 1 + 2**-7,
            *given("0 1 2 4 5 7 8 10 16 23 127 −127 128 −128 255 256 254 −8 4.125 4,096"),
            *given("0.3 0.6 2.54 −2.54"), 2.54 / 127, round(-2.54 / (1.0 / 127)),
        ],
        "beginner": [*sizes, 4.125, *given("4 7 16 127 128 500")],
        "intermediate": _llm_int8_facts() + given("6 7 13 0.1 16 127 1"),
        "advanced": [
            weights * 1e9, bf16, int8, int4, int4_zero, per_token, card, number_in("hw-a100-80", "memory bandwidth SXM"),
            source(bound, "bf16", "2 GPUs"), source(bound, "int4 g128 (16-bit scale, 4-bit zero)", "1 GPU"),
            measured["2x A100 BF16"][1], measured["2x A100 INT8 W8A8"][1], measured["1x A100 INT4 W4A16"][1],
            source("bnb-bench-70b-h100", "INT8 + decomposition", 0), source("bnb-bench-70b-h100", "NF4", 0),
            *perplexity_4bit, source(study, "AWQ", 0), *given("1 4 16 30 80 128 2024 2025 2404.14047"),
        ],
    }  # fmt: skip


def _llm_int8_facts() -> list[Claim]:
    """The figures of two papers that prompts hand on."""
    table, nets = source("llmint8-table1"), source("cnn-ptq-table")["MobileNet-v1"]
    perplexities = [table["fp32"][4], table["int8 absmax (per tensor)"][4], table["int8 absmax vector-wise"][4]]
    return [*perplexities, nets[0], nets[2], nets[4], *given("2018 2022 1806.08342 2208.07339")]


def _scales(printed: Printed) -> dict[str, list[Claim]]:
    net = [100 * share for share in source("cnn-ptq-table")["MobileNet-v1"]]
    W = drawn_weights()
    column_loud = W.clone()
    column_loud[:, 32] = 0
    calm, ruined = mean_error(W, W.abs().amax(1, keepdim=True) / 127), mean_error(column_loud, 100 / 127) * 64 / 63
    together, first, second = absmax(LOUD_ROW + ROW_1), absmax(LOUD_ROW), absmax(ROW_1)
    scale_share = 100 * 4 * 4096 / 4096**2
    return {
        "one-picture-in-a-thousand": [net[4], net[0], net[2], *given("1,000 8 4096 4 4,096 0.1 1 10")],
        "a-scale-for-each-row": [4096.0**2, 4 * 4096, scale_share, 8 + 32 / 4096, *given("8 32 4096 4,096 4 1 127")],
        "the-same-eight-weights": all_of(
            LOUD_ROW, ROW_1, together[1], together[3], first[1], first[3], second[1], second[3],
            [together[0], second[0]], [sum(together[3][4:]) / 4, sum(second[3]) / 4],
            [32, 8 + 4, 8 + 2 * 4], given("127 2.54 25.4 1.905"),
        ),
        "demo": [printed, *given("8 63 64 100 −100")],
        "whom-it-costs": [printed, *given("48 63")],
        "the-column": [printed, ruined, ruined / calm, *given("64")],
        "limits": [scale_share, 16 / 128, *given("8 16 128")],
        "sources": [100 * source("cnn-ptq-table")["MobileNet-v1"][1], *given("2018 1 8 1806.08342")],
        "try-it": given("0 4 10"),
        "quiz": [round(-2.54 / (0.5 / 127)), 32 + 4, *given("0 1 4 32 63 64 127 128 255 0.5 −2.54")],
        "beginner": [
            4096.0**2, 4 * 4096, scale_share, *(share / 100 for share in (net[0], net[2], net[4])),
            *given("1 8 127 2018 4096 4,096 1806.08342"),
        ],
        "intermediate": [16 / 128, *given("3 4 16 127 −127 128")],
        "advanced": [4 + 16 / 128, 7 * 4.125 / 8, *given("3.7 4 4096 7 8 32 128")],
    }  # fmt: skip


def _outliers(printed: Printed, share_at_3: float, error_at_3: float) -> dict[str, list[Claim]]:
    table, net = source("llmint8-table1"), source("cnn-ptq-table")["MobileNet-v1"]
    rows = ["fp32", "int8 absmax (per tensor)", "int8 absmax row-wise", "int8 absmax vector-wise"]
    decomposed = table["LLM.int8() absmax (vector-wise + decomposition)"][4]
    quartiles = source("llmint8-outlier-shape", "13B quartiles")
    share = number_in("llmint8-outlier-share", "feature dims in 16 bit")
    most = number_in("llmint8-outlier-share", "outlier dims up to 13B", place=0)
    speed = dict(zip(source("llmint8-speed-gpt3-sizes", "model dim"), source("llmint8-speed-gpt3-sizes", "LLM.int8()"),
                     strict=True))  # fmt: skip
    linear = source("bnb-linear-h100")
    token, weights = [0.889, -0.6, 63.5, 0.3], [1, 1, 0.01, 1]
    exact = sum(x * w for x, w in zip(token, weights, strict=True))
    loud, calm = absmax(token), absmax([0.889, -0.6, 0.3])
    rough = sum(x * w for x, w in zip(loud[2], weights, strict=True))
    split = sum(calm[2]) + 0.635
    ablation = source("llmint8-outlier-ablation")
    zeroed = [number_in("llmint8-outlier-ablation", "outliers removed: perplexity", place=p) for p in (0, 1)]
    assert ablation["7 random dims removed: perplexity"] == "+0.1 %"
    return {
        "smaller-and-better": [*(table[row][i] for row in rows for i in (3, 4)), share, *given("8 14 16")],
        "features": [
            *quartiles, most, *zeroed, source("llmint8-threshold"), *given("3.5 0.1 0 1 2"),
            *given("0.4 −1.1 −58.2 0.9 −0.3 2.0 −0.7 0.2 −61.0 1.4 0.8 −0.5 1.9 −0.6 −47.3 −0.2 1.1 0.6"),
        ],
        "no-scale-helps": [],
        "one-token-by-hand": all_of(
            token, weights, [exact, loud[0], calm[0], 0.635, rough, rough - exact, split, exact - split, sum(calm[2])],
            loud[1], loud[2], calm[1], calm[2], given("127 0.6"),
        ),
        "llm-int8": given("6 16 2022 2208.07339"),
        "demo": [printed, 100 * 2 / 256, *given("1 3 16 60 −60")],
        "what-was-ruined": [printed, *given("3 16 100"), share_at_3, error_at_3],
        "vision": [*(100 * value for value in (net[0], net[3], net[4])), *given("0 6 8 −60 2018 1806.08342")],
        "limits": [
            decomposed, number_in("llmint8-outlier-share", "values still in 8 bit"), share,
            *(value for width in (1024, 4096, 5140, 12288) for value in (width, speed[width])),
            linear["1 token"][0], linear["1 token"][1], *given("1 8 16 2022 8192"),
        ],
        "sources": given("2018 2022 2023 1806.08342 2208.07339 2305.19268"),
        "try-it": given("3 8 16 25 100"),
        "quiz": [
            share, *(100 * value for value in (net[0], net[2], net[3], net[4])),
            *given("0 1 2 6 7 8 16 127 2022"),
        ],
        "beginner": [most, *zeroed, source("llmint8-threshold"), *given("3.5 0.1 8 13 127 2022 2208.07339")],
        "intermediate": [*_llm_int8_facts(), net[3], source("llmint8-threshold"), *given("1 2 4")],
        "advanced": [
            *(value for width in (1024, 4096, 5140, 12288) for value in (width, speed[width])),
            *linear["1 token"][:2], *linear["4096 tokens"][:2], 4 + 16 / 128,
            *given("1 5 6 16 24 128 2022 2023 4,096 8192 2,048 2208.07339 2305.19268"),
        ],
    }  # fmt: skip
