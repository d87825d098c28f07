"""What stands behind the numbers of lesson 3, Measuring."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from tests.content.claims import (
    ROW_0,
    ROW_1,
    Claim,
    about,
    absmax,
    cited,
    given,
    last_number,
    loosely,
    more_than,
    number_in,
    paper,
    printed_by,
    said,
    source,
)
from tests.content.claims_capstone import HEAD
from tutor.compute.models.catalogue import pinned_model


def norm(values: list[float]) -> float:
    return math.sqrt(sum(value * value for value in values))


def perplexity(p: list[float]) -> float:
    return math.exp(sum(-math.log(x) for x in p) / len(p))


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed = printed_by(demo("measuring"))
    marlin, context = source("marlin-gptq-llama2"), source("ppl-context-baselines")
    short, long = context["context 2048"], context["context 4096"]
    rises: list[Claim] = [
        100 * (four / full - 1) for full, four in (marlin[size] for size in ("7B", "13B", "70B"))
    ]
    four_bits: list[Claim] = [value for size in ("7B", "13B", "70B") for value in marlin[size]]
    llama = [source("gptq-llama1-table", "7B", 0), source("smoothquant-llama1", "fp16", 0)]
    tasks = source("smoothquant-opt175")
    fp16, int8, naive = (tasks[way][7:9] for way in ("FP16", "LLM.int8()", "W8A8 naive"))

    whole = absmax(ROW_0 + ROW_1)
    W, errors = norm(ROW_0 + ROW_1), norm(whole[3])
    steps = 20 * math.log10(127 / 7)
    before, after = [1 / 2, 1 / 4, 1 / 8, 1 / 4], [1 / 2, 1 / 4, 1 / 8, 1 / 8]
    ablation = [
        number_in("llmint8-outlier-ablation", "outliers removed: perplexity", place=p) for p in (0, 1)
    ]

    gpt2 = source("gpt2-footprint-arithmetic")
    linear, rest = gpt2["linear weights in blocks"], gpt2["other parameters"]
    fp32_bytes, fp16_bytes, eight = 4 * (linear + rest), 2 * (linear + rest), linear + 4 * rest
    assert eight == gpt2["8-bit"]
    shape = source("llama3-70b-params")
    stored = source("llama3-70b-bytes")

    measured = source("measuring-demo")
    rows = {name: value for name, value in measured.items() if isinstance(value, list) and name != "columns"}
    windows = rows.pop("windows: context, stride, perplexity in fp32")
    weights_alone = rows.pop("bnb's 8-bit weights in the bf16 model, activations untouched")
    bnb, by_row, nf4 = rows["8-bit bnb"], rows["int8 row"], rows["NF4 bnb"]
    table: list[Claim] = [value for row in rows.values() for value in row if value is not None]
    forms = [rows["bf16"][0] / bnb[0], 49152.0]
    more = dict(re.findall(r"(?m)^(int\d \w+) .* ([+-][\d.]+) ±", demo("measuring")))
    assert abs(bnb[3] / bnb[4] - 2.5) < 0.1, "two and a half times its ±"
    assert 100 * 10 ** (-bnb[1] / 20) < 1, "41 dB is an error of under 1 %"
    tiny = [
        float(re.findall(rf"(?m)^{scheme} +([\d,]+)", demo("measuring"))[0].replace(",", ""))
        for scheme in ("fp32", "int8 tensor")
    ]
    right = dict(re.findall(r"(?m)^(int\d \w+) .* (\S+) % +\S+ %$", demo("measuring")))
    bits = measured["bits a character in fp32"]

    return {
        "the-better-file": [
            said("a quarter", 4 / 16),
            marlin["7B"][1],
            short[0],
            *cited("marlin-gptq-llama2", "16 4"),
        ],
        "weight-error": [
            said("halves", 127 / 255),
            *ROW_0,
            *ROW_1,
            *(w - b for w, b in zip(ROW_0 + ROW_1, whole[2], strict=True)),
            whole[0],
            W,
            errors,
            errors / W,
            100 * errors / W,
            20 * math.log10(W / errors),
            20 * math.log10(2),
            steps,
            *given("2 4 7 8 20 127"),
        ],
        "not-a-loss": [
            0.01 * 0.2,
            0.01 * 60,
            60 / 0.2,
            *ablation,
            number_in("llmint8-outlier-ablation", "7 random dims removed: perplexity"),
            *cited("llmint8-outlier-ablation", "7"),
            *given("0.5 0.01 0.2 60"),
        ],
        "surprise": [1 / 0.25, *given("0.25 1 2")],
        "four-tokens": [
            said("half", after[3] / before[3]),
            perplexity(before),
            perplexity(after),
            100 * (perplexity(after) / perplexity(before) - 1),
            2**0.25,
            sum(1 / p for p in before) / 4,
            sum(before) / 4,
            4 / sum(before),
            1 / math.prod(before),
            *given("1 2 3 4 8 9 2.25 0.001 0"),
        ],
        "one-percent": [
            *loosely("four times"),
            said("halve", 1 / math.sqrt(4)),
            math.log(1.01),
            about(1.01**1000, 2),
            *four_bits,
            *rises,
            *(four - full for full, four in (marlin[size] for size in ("7B", "13B", "70B"))),
            *cited("marlin-gptq-llama2", "4"),
            *given("1 1.01 1000 1,000"),
        ],
        "side-by-side": [
            more_than("twice", 100 * (1 - long[0] / short[0]) / rises[0], llama[1] / llama[0]),
            *short,
            *long,
            100 * (1 - long[0] / short[0]),
            *llama,
            *cited("ppl-context-baselines", "2 2048 4096"),
            *cited("marlin-gptq-llama2", "4"),
        ],
        "windows": [
            said("double", windows[1][1] / windows[2][1]),
            *(value for row in windows for value in row),
            measured["tokens predicted"],
        ],
        "tokenizers": [
            said("a quarter", 2 ** (40 / 20) / 2 ** (40 / 10)),
            2.0 ** (40 / 10),
            2.0 ** (40 / 20),
            rows["fp32"][2],
            bits,
            last_number(r"fp32 +31,284 +– +(\S+)", demo("measuring")),
            last_number(r"costs (\S+) bits a character", demo("measuring")),
            *given("2 4 10 20 40 −40"),
        ],
        "tasks": [
            *fp16,
            *int8,
            *naive,
            fp16[0] - int8[0],
            100 * (int8[1] / fp16[1] - 1),
            100 * math.sqrt(0.6 * 0.4 / 1000),
            0.6 * 0.4 / 0.002**2,
            rises[0],
            *marlin["MMLU 7B"],
            *cited("smoothquant-opt175", "8"),
            *cited("marlin-gptq-llama2", "4"),
            *given("0.6 1,000 5"),
        ],
        "where-the-bytes-are": [
            said("half", 8 / 16),
            fp32_bytes,
            fp16_bytes,
            eight,
            fp32_bytes / fp16_bytes,
            eight / fp16_bytes,
            100 * (1 - eight / fp16_bytes),
            linear,
            rest,
            (linear + rest) / 1e6,
            100 * 4 * rest / eight,
            linear + 2 * rest,
            fp16_bytes / (linear + 2 * rest),
            100 * shape["linear layers in blocks"] / shape["total"],
            stored["bf16"] / stored["int8 per channel"],
            gpt2["int8 row scales not counted"],
            *given("1 4 8 16"),
        ],
        "loading": [float(source("transformers5-load-in-8bit", "since")), *given("8 16")],
        "demo": [
            bnb[1],
            rows["bf16"][1],
            bnb[3],
            bnb[4],
            nf4[3],
            pinned_model().wheel_bytes / 1e6,
            *cited("capstone-demo", "4 8"),
            *given("1 32"),
        ],
        "real-model": [
            said("a fifth", HEAD[0] * HEAD[1] * 4 / rows["fp32"][0]),
            *table,
            *forms,
            weights_alone[0],
            *cited("measuring-demo", "4 8"),
            *given("2"),
        ],
        "tiny-model": [
            said("a third", tiny[1] / tiny[0]),
            said("a quarter", 8 / 32),
            printed,
            steps,
            float(right["int8 tensor"]) - float(right["int4 tensor"]),
            -float(more["int8 tensor"]),
            round(float(more["int4 tensor"])),
            *given("7 127"),
        ],
        "limits": [
            marlin["7B"][0],
            marlin["7B"][1],
            short[0],
            rises[0],
            *marlin["MMLU 7B"],
            bnb[3],
            by_row[1],
            *cited("marlin-gptq-llama2", "4 16"),
            *cited("ppl-context-baselines", "2048 4096"),
        ],
        "sources": [
            *paper("marlin-gptq-llama2", "2024"),
            *cited("marlin-gptq-llama2", "128"),
            *paper("ppl-context-baselines", "2306.00978 2402.04396"),
            *cited("ppl-context-baselines", "2048 4096"),
            *paper("smoothquant-opt175", "2022 2211.10438"),
            *cited("smoothquant-llama1", "6"),
            *cited("smoothquant-opt175", "3"),
            *paper("llmint8-outlier-ablation", "2022 2208.07339"),
            *paper("transformers5-load-in-8bit", "5"),
            *paper("measuring-demo", "2.13 5.23"),
        ],
        "try-it": [said("half", 8 / 16), *given("1 4 8 16 256")],
        "quiz": [
            said("twice", 127 / 63),
            said("doubles", 127 / 63),
            *loosely("half"),
            short[0],
            long[0],
            *(windows[place][column] for place in (0, 3) for column in (0, 2)),
            bnb[3],
            bnb[4],
            by_row[1],
            float(source("transformers5-load-in-8bit", "since")),
            *given("0 0.003 0.1 -1 0.3 1 2 3 4 6 8 10 16 20 32 100 127"),
        ],
        "beginner": [
            bnb[1],
            bnb[3],
            by_row[1],
            20 * math.log10(2),
            *given("1 2 4 8 20 500"),
        ],
        "intermediate": [
            short[0],
            long[0],
            marlin["7B"][1],
            *llama,
            measured["tokens predicted"],
            *(value for place in (1, 3, 4) for value in windows[place]),
            *paper("ppl-context-baselines", "2306.00978 2402.04396"),
            *cited("ppl-context-baselines", "2048 4096"),
        ],
        "advanced": [
            *marlin["7B"],
            *marlin["70B"],
            *marlin["MMLU 7B"],
            *marlin["MMLU 70B"],
            *fp16,
            *int8,
            *naive,
            100 * math.sqrt(0.6 * 0.4 / 1000),
            fp16_bytes,
            eight,
            *cited("marlin-gptq-llama2", "4 128"),
            *paper("smoothquant-opt175", "2211.10438"),
            *cited("smoothquant-opt175", "3 8"),
            *given("0.6 1 200 500 1,000"),
        ],
    }
