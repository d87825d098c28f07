"""What stands behind the numbers of lesson 4, Outliers."""

from __future__ import annotations

from collections.abc import Callable

import torch

from tests.content.claims import (
    Claim,
    absmax,
    all_of,
    cited,
    given,
    last_number,
    llm_int8_facts,
    loosely,
    number_in,
    paper,
    printed_by,
    said,
    source,
)

OPT_175 = ("FP16", "W8A8 naive", "LLM.int8()", "SmoothQuant-O3")
REGULARS = "regular features of block 12: one scale, a scale per token, outliers set aside"
TOKENS = "tokens on which the loudest is beyond 6, of"


def best_range(bits: int) -> float:
    """The range with the least squared error on 999 values spread evenly within ±4 and one of 40."""
    values = torch.cat([torch.linspace(-4, 4, 999), torch.tensor([40.0])]).double()
    errors = {}
    for clip in (c / 10 for c in range(10, 401)):
        step = clip / (2 ** (bits - 1) - 1)
        back = torch.round(values.clamp(-clip, clip) / step) * step
        errors[clip] = float((values - back).square().sum())
    return min(errors, key=errors.__getitem__)


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    text = demo("outliers")
    printed = printed_by(text)
    table, net = source("llmint8-table1"), source("cnn-ptq-table")["MobileNet-v1"]
    rows = ["fp32", "int8 absmax (per tensor)", "int8 absmax row-wise", "int8 absmax vector-wise"]
    decomposed = table["LLM.int8() absmax (vector-wise + decomposition)"][4]
    quartiles = source("llmint8-outlier-shape", "13B quartiles")
    share = number_in("llmint8-outlier-share", "feature dims in 16 bit")
    most = number_in("llmint8-outlier-share", "outlier dims up to 13B", place=0)
    speeds, latency = source("llmint8-speed-gpt3-sizes"), source("smoothquant-latency")
    speed = dict(zip(speeds["model dim"], speeds["LLM.int8()"], strict=True))
    prompt = [latency[way][0] for way in ("FP16", "LLM.int8()", "SmoothQuant-O3")]
    tasks = [source("smoothquant-opt175", way, 7) for way in OPT_175]
    linear = source("bnb-linear-h100")
    token, weights = [0.889, -0.6, 63.5, 0.3], [1, 1, 0.01, 1]
    exact = sum(x * w for x, w in zip(token, weights, strict=True))
    loud, calm = absmax(token), absmax([0.889, -0.6, 0.3])
    rough = sum(x * w for x, w in zip(loud[2], weights, strict=True))
    split = sum(calm[2]) + 0.635
    ablation = source("llmint8-outlier-ablation")
    zeroed = [number_in("llmint8-outlier-ablation", "outliers removed: perplexity", place=p) for p in (0, 1)]
    at_random = number_in("llmint8-outlier-ablation", "7 random dims removed: perplexity")
    assert ablation["7 random dims removed: perplexity"] == "+0.1 %"
    calm_within = cited("llmint8-outlier-shape", "3.5", "other dims lie in about")

    real = source("outliers-demo")
    first, block = (real[f"attention of block {n}: median, second loudest, loudest feature"] for n in (0, 12))
    errors, regulars = real["error of the product of block 12"], real[REGULARS]
    beyond, tokens = real["features of block 12 beyond 6, of"], real[TOKENS]
    alone = real["down of block 11: loudest feature, tokens on which it is beyond 6"]
    median = last_number(r"feature \d+\), median feature (\S+)", text)
    assert all(abs(p / real["perplexity as it is"] - 1) < 0.03 for p in real["perplexity"][2:])
    drawn = [last_number(rf"{way} +(\S+) %.* \S+ %", text) for way in ("row × column scales", "in 16 bits")]
    assert 2 / 256 < 0.01 > beyond[0] / beyond[1], "below 1 %"
    a_scale_per_token = last_number(r"a scale per token +(\S+) %", text)
    step_40, step_4 = 40 / 127, 4 / 127
    assert best_range(8) > 39, "keeps the 40"
    assert best_range(5) < 36, "begins to clip"
    alphas = source("smoothquant-alpha")
    trained = source("cnn-qat-mobilenet", "per-layer")
    return {
        "smaller-and-better": [
            said("half", 6.7 / 13),
            said("twice", 13 / 6.7),
            *(table[row][i] for row in rows for i in (3, 4)),
            share,
            *given("8 14 16"),
        ],
        "features": [
            *quartiles,
            most,
            *zeroed,
            source("llmint8-threshold"),
            *calm_within,
            at_random,
            *given("0 1 2"),
            *given("0.4 −1.1 −58.2 0.9 −0.3 2.0 −0.7 0.2 −61.0 1.4 0.8 −0.5 1.9 −0.6 −47.3 −0.2 1.1 0.6"),
        ],
        "which-operand": [
            number_in("hw-a100-80", "bf16 dense"),
            number_in("hw-a100-80", "int8 dense"),
            *given("2 4 8 16"),
        ],
        "no-scale-helps": [],
        "one-token-by-hand": all_of(
            token,
            weights,
            [exact, loud[0], calm[0], 0.635, rough, rough - exact, split, exact - split, sum(calm[2])],
            loud[1],
            loud[2],
            calm[1],
            calm[2],
            given("127 0.6"),
        ),
        "llm-int8": [
            source("llmint8-threshold"),
            *paper("llmint8-threshold", "2022 2208.07339"),
            *given("16"),
        ],
        "calibration": [
            step_4,
            round(3.2 / step_4),
            round(3.2 / step_4) * step_4,
            40 - 4,
            *given("3.2 4 4.00 40 127"),
        ],
        "which-range": [
            step_40,
            step_4,
            999 * step_40**2 / 12,
            999 * step_4**2 / 12,
            (40 - 4) ** 2,
            *given("1,000 999 99.9 4 40 0 8 12"),
        ],
        "smoothquant": [
            (64 / 0.25) ** 0.5,
            (1 / 0.25) ** 0.5,
            64 / 16,
            1 / 2,
            (64 / 16) / (1 / 2),
            alphas["OPT, BLOOM"],
            alphas["Llama-2, Llama-3"],
            *paper("smoothquant-alpha", "2022 2211.10438"),
            *cited("smoothquant-alpha", "3"),
            *given("64 0.25 1"),
        ],
        "demo": [
            said("a fifth", errors[2] / errors[1]),
            said("a fifteenth", drawn[1] / drawn[0]),
            *loosely("half"),
            beyond[1],
            *given("1 4 16 256"),
        ],
        "side-by-side": [
            printed,
            *first,
            *block,
            *errors,
            beyond[1],
            *tokens,
            block[2] / block[0],
            6 / median,
            *given("6"),
        ],
        "what-was-ruined": [
            said("a seventh", a_scale_per_token / 100),
            said("doubles", real["perplexity"][0] / real["perplexity as it is"]),
            printed,
            *regulars,
            real["perplexity as it is"],
            *real["perplexity"],
            tokens[1],
            round(last_number(r"one scale each +(\S+) %.* \S+ %", text)),
            last_number(r"(?m)^ +one scale each +(\S+) %$", text),
        ],
        "one-token": [
            alone[0],
            tokens[1],
            tokens[1] - alone[1],
            number_in("llmint8-emergence", "layers affected", place=0),
            source("llmint8-threshold"),
            *cited("outliers-demo", "11"),
            real["down of block 11: regular features with one scale"],
        ],
        "vision": [
            *(100 * value for value in (net[0], net[2], net[3], net[4], trained)),
            *cited("cnn-why-activations-easy", "0 6"),
            *cited("cnn-ptq-table", "8"),
            *paper("cnn-ptq-table", "2018 1806.08342"),
            *given("−60"),
        ],
        "cost": [
            *(value for width in (1024, 4096, 5140, 12288) for value in (width, speed[width])),
            linear["1 token"][0],
            linear["1 token"][1],
            *prompt,
            *cited("smoothquant-latency", "256"),
            *cited("llmint8-speed-gpt3-sizes", "2022"),
            *cited("bnb-linear-h100", "8192"),
            *given("1"),
        ],
        "limits": [
            decomposed,
            number_in("llmint8-outlier-share", "values still in 8 bit"),
            share,
            *tasks,
            source("llama3-70b-study", "fp16"),
            *source("llama3-70b-study", "SmoothQuant W8A8 / W6A6 / W4A4"),
            2**4 - 1,
            2**8 - 1,
            *given("8 16"),
        ],
        "sources": [
            *cited("hw-a100-80", "80"),
            *paper("cnn-ptq-table", "2018 1806.08342"),
            *paper("llmint8-threshold", "2022 2208.07339"),
            *paper("smoothquant-alpha", "2022 2211.10438"),
            *paper("ahmadian-outliers", "2023 2305.19268"),
            *paper("llama3-70b-study", "2024 2404.14047"),
        ],
        "try-it": [*loosely("ten times"), *given("1 8 16 100")],
        "quiz": [
            said("half", 8 / 16),
            *loosely("twice"),
            share,
            *(100 * value for value in (net[0], net[2], net[3], net[4], trained)),
            *cited("llmint8-speed-gpt3-sizes", "2022"),
            *given("0 0.5 1 2 6 7 8 16 127 −127 128"),
        ],
        "beginner": [
            most,
            *zeroed,
            beyond[1],
            *tokens,
            block[0],
            block[2],
            source("llmint8-threshold"),
            *calm_within,
            at_random,
            *cited("llmint8-outlier-share", "13"),
            *paper("llmint8-threshold", "2022 2208.07339"),
            *cited("outliers-demo", "12"),
            *given("8 127"),
        ],
        "intermediate": [
            *llm_int8_facts(),
            net[3],
            source("llmint8-threshold"),
            alphas["OPT, BLOOM"],
            alphas["Llama-2, Llama-3"],
            *paper("smoothquant-alpha", "2211.10438"),
            *given("1 2 4"),
        ],
        "advanced": [
            *(value for width in (1024, 4096, 5140, 12288) for value in (width, speed[width])),
            *linear["1 token"][:2],
            *linear["4096 tokens"][:2],
            *prompt,
            *tasks,
            4 + 16 / 128,
            *paper("llmint8-speed-gpt3-sizes", "2208.07339 2022"),
            *cited("llmint8-speed-gpt3-sizes", "5"),
            *cited("bnb-linear-h100", "1 6 4,096 8192"),
            *paper("smoothquant-latency", "2211.10438"),
            *cited("smoothquant-latency", "4 10 256"),
            *cited("smoothquant-opt175", "3"),
            *paper("ahmadian-outliers", "2023 2305.19268"),
            *given("16 24 128 2,048"),
        ],
    }
