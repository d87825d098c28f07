"""What stands behind the numbers of lesson 4, Outliers."""

from __future__ import annotations

from collections.abc import Callable

from tests.content.claims import (
    Claim,
    absmax,
    all_of,
    given,
    last_number,
    llm_int8_facts,
    number_in,
    printed_by,
    source,
)


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed, low_threshold = printed_by(demo("outliers")), demo("outliers", "--threshold", "3")
    share_at_3 = last_number(r"reach the threshold 3: (\S+) %", low_threshold)
    error_at_3 = last_number(r"outliers in 16 bits +(\S+) %", low_threshold)
    table, net = source("llmint8-table1"), source("cnn-ptq-table")["MobileNet-v1"]
    rows = ["fp32", "int8 absmax (per tensor)", "int8 absmax row-wise", "int8 absmax vector-wise"]
    decomposed = table["LLM.int8() absmax (vector-wise + decomposition)"][4]
    quartiles = source("llmint8-outlier-shape", "13B quartiles")
    share = number_in("llmint8-outlier-share", "feature dims in 16 bit")
    most = number_in("llmint8-outlier-share", "outlier dims up to 13B", place=0)
    speeds = source("llmint8-speed-gpt3-sizes")
    speed = dict(zip(speeds["model dim"], speeds["LLM.int8()"], strict=True))
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
            *quartiles,
            most,
            *zeroed,
            source("llmint8-threshold"),
            *given("3.5 0.1 0 1 2"),
            *given("0.4 −1.1 −58.2 0.9 −0.3 2.0 −0.7 0.2 −61.0 1.4 0.8 −0.5 1.9 −0.6 −47.3 −0.2 1.1 0.6"),
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
        "llm-int8": given("6 16 2022 2208.07339"),
        "demo": [printed, 100 * 2 / 256, *given("1 3 16 60 −60")],
        "what-was-ruined": [printed, *given("3 16 100"), share_at_3, error_at_3],
        "vision": [*(100 * value for value in (net[0], net[3], net[4])), *given("0 6 8 −60 2018 1806.08342")],
        "limits": [
            decomposed,
            number_in("llmint8-outlier-share", "values still in 8 bit"),
            share,
            *(value for width in (1024, 4096, 5140, 12288) for value in (width, speed[width])),
            linear["1 token"][0],
            linear["1 token"][1],
            *given("1 8 16 2022 8192"),
        ],
        "sources": given("2018 2022 2023 1806.08342 2208.07339 2305.19268"),
        "try-it": given("3 8 16 25 100"),
        "quiz": [
            share,
            *(100 * value for value in (net[0], net[2], net[3], net[4])),
            *given("0 1 2 6 7 8 16 127 2022"),
        ],
        "beginner": [most, *zeroed, source("llmint8-threshold"), *given("3.5 0.1 8 13 127 2022 2208.07339")],
        "intermediate": [*llm_int8_facts(), net[3], source("llmint8-threshold"), *given("1 2 4")],
        "advanced": [
            *(value for width in (1024, 4096, 5140, 12288) for value in (width, speed[width])),
            *linear["1 token"][:2],
            *linear["4096 tokens"][:2],
            4 + 16 / 128,
            *given("1 5 6 16 24 128 2022 2023 4,096 8192 2,048 2208.07339 2305.19268"),
        ],
    }
