"""What stands behind the numbers of lesson 6, Training for it: the worked examples computed anew, and sources."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from tests.content.claims import (
    Claim,
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
from tests.content.demos import module
from tests.content.lesson_text import sources

STEP, LOW, HIGH = 0.2, -4, 3
W, X, UPSTREAM = [0.34, -0.13, 0.90, -0.92], [1.0, 2.0, -1.0, 3.0], 0.5
RATE = 0.03


def code(w: float) -> int:
    return max(LOW, min(HIGH, round(w / STEP)))


def inside(w: float) -> bool:
    return LOW <= w / STEP <= HIGH


def step_slopes() -> list[float]:
    """How Ŵ of each weight changes with the step."""
    ends = [LOW if w < 0 else HIGH for w in W]
    return [code(w) - w / STEP if inside(w) else end for w, end in zip(W, ends, strict=True)]


def rate(id: str) -> float:
    """The learning rate that a source names."""
    found = re.search(r"learning rate (\d+e-\d+)", sources()[id]["note"])
    assert found
    return float(found[1])


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed = printed_by(demo("training"))
    learned = printed_by(demo("training", "--steps", "learned"))
    few = last_number(r"(?m)^ +3 +[\d.]+ % +[\d.]+ % +([\d.]+) %", demo("training", "--epochs", "30"))
    columns = ("bf16 fine-tuned", "PTQ", "QAT")
    acc, _, ppl = zip(*(source("qat-torchao-llama3-8b-8da4w", row) for row in columns), strict=True)
    only = [source("qat-torchao-llama3-8b-int4wo", row)[2] for row in ("bf16", "PTQ", "QAT")]
    recovered = [
        100 * (acc[2] - acc[1]) / (acc[0] - acc[1]),
        100 * (ppl[1] - ppl[2]) / (ppl[1] - ppl[0]),
        100 * (only[1] - only[2]) / (only[1] - only[0]),
    ]
    nets = source("cnn-ptq-table", "MobileNet-v1")
    mobile = [nets[4], nets[0], source("cnn-qat-mobilenet", "per-layer")]
    lsq = list(source("lsq-resnet18").values())
    study = source("llama3-70b-study")
    count = source("llama3-70b-params", "total")
    card = number_in("hw-a100-80", "reported memory")
    peak = number_in("hw-a100-80", "bf16 dense")
    seconds = 6 * count * 1e9 / (peak * 1e12)

    rounded = [code(w) * STEP for w in W]
    upstream = [UPSTREAM * x for x in X]
    slopes = step_slopes()
    products = [g * slope for g, slope in zip(upstream, slopes, strict=True)]
    factor = math.sqrt(len(W) * HIGH)
    path = [W[0] - RATE * UPSTREAM * n for n in range(4)]
    assert [code(w) for w in path] == [2, 2, 2, 1]
    assert code(0.4 - 0.015) == 2
    assert [g if inside(w) else 0 for g, w in zip(upstream, W, strict=True)] == [0.5, 1.0, 0, 0]
    terms = [w * x for w, x in zip(rounded, X, strict=True)]
    demo_of, ptq = module("training"), "qat-torchao-llama3-8b-8da4w"
    slower = rate("qat-torchao-llama3-8b-int4wo") / rate(ptq)
    epochs = demo_of.parse_options([]).epochs
    cards = math.ceil(16 * count / card), math.ceil(8 * count / card)
    return {
        "what-comes-back": [
            *loosely("half"),
            said("nine tenths", recovered[0] / 100),
            ppl[0],
            acc[0],
            ppl[1],
            acc[1],
            acc[0] - acc[1],
            *cited(ptq, "4 8 5,000"),
        ],
        "fake-quantization": [
            W[0] / STEP,
            W[2] / STEP,
            *rounded[0:1],
            rounded[2],
            *given("−8 7 4 0.2 −4 3 0.34 2 0.90"),
        ],
        "staircase": given("0.34 0.341 2 0 0.2 0.4 0.6 0.1 0.3 0.5"),
        "straight-through": [*paper("bengio-ste", "2013 1308.3432"), *given("1 0 3 4.5 40")],
        "four-weights-by-hand": [
            *W,
            *(w / STEP for w in W),
            *rounded,
            *map(abs, terms[1:]),
            sum(terms),
            *upstream,
            *(UPSTREAM * w for w in rounded),
            *given("0 2 −1 3 −4 1 2.9"),
        ],
        "small-steps-by-hand": [
            *path,
            *(w / STEP for w in path),
            RATE,
            RATE * UPSTREAM,
            0.4 - 0.015,
            (0.4 - 0.015) / STEP,
            STEP / 2,
            *given("0.5 0.34 0 1 2 3 0.4 0.2"),
        ],
        "learned-step": [
            *slopes,
            *upstream,
            *products,
            sum(products),
            sum(products) / factor,
            STEP - 0.01 * sum(products) / factor,
            *paper("lsq-resnet18", "2019 1902.08153"),
            *given("0.2 0.01 2 12"),
        ],
        "demo": [said("a third", 1 / demo_of.ARMS), printed, *given("8 4 3 2")],
        "what-it-shows": [printed, learned],
        "where-it-pays": [
            said("a tenth", slower),
            *mobile,
            nets[2],
            *lsq,
            *only,
            recovered[1],
            recovered[2],
            *source("bitnet-b158", "perplexity"),
            *cited("lsq-resnet18", "2 3 4 18"),
            *cited(ptq, "8"),
            *given("16 −1 0 1"),
        ],
        "cost": [
            count / 1e9,
            16 * count / 1e9,
            8 * count / 1e9,
            count / 2e9,
            *cards,
            card / 1e9,
            1 + 2**-7,
            *given("2 4 8 16 32 1.0 0.003"),
        ],
        "time-and-text": [
            peak,
            seconds / 1e6,
            seconds / 86400,
            number_in("gptq-runtime", "OPT-175B"),
            few,
            peak * 1e12,
            count,
            epochs,
            demo_of.FLOAT_EPOCHS,
            *given("2 3 4 6 30 1e9"),
        ],
        "when-rounding-is-enough": [
            study["GPTQ"][0],
            study["fp16"],
            study["GPTQ"][2],
            study["RTN"][2],
            *cited("llama3-70b-study", "2 3 4 128"),
            *given("8"),
        ],
        "limits": [
            said("nine tenths", recovered[0] / 100),
            said("two thirds", recovered[1] / 100),
            said("a quarter", 4 / 16),
            *acc,
            *ppl,
            recovered[0],
            recovered[1],
            acc[0] - acc[1],
            *given("2"),
        ],
        "sources": [
            *cited("hw-a100-80", "80"),
            *paper(ptq, "0.9 2024"),
            *cited(ptq, "5,000 256"),
            *paper("cnn-ptq-table", "2018 1806.08342"),
            *paper("lsq-resnet18", "2019 1902.08153"),
            *paper("bitnet-b158", "2024 2402.17764"),
            *paper("llama3-70b-study", "2024 2404.14047"),
            *paper("gptq-runtime", "2022 2210.17323"),
            *paper("bengio-ste", "2013 1308.3432"),
        ],
        "try-it": [epochs, *given("3 8")],
        "quiz": [
            said("a tenth", slower),
            said("twice", 4 / 2),
            *loosely("half"),
            mobile[0],
            mobile[1],
            mobile[2],
            nets[2],
            recovered[1],
            recovered[2],
            ppl[0],
            ppl[2],
            only[0],
            only[2],
            peak,
            1.5 * STEP,
            1.5,
            24 * 3600,
            *given("0 1 2 3 4 6 8 16 24 32 −4 0.2 −0.2 0.4 1.8 2.2 7.5 −7.5"),
        ],
        "beginner": [
            *acc,
            *mobile,
            printed,
            *paper("cnn-ptq-table", "2018 1806.08342"),
            *cited("cnn-ptq-table", "8"),
            *given("3 4 0"),
        ],
        "intermediate": [
            *W,
            RATE * UPSTREAM,
            *lsq,
            printed,
            *paper("lsq-resnet18", "1902.08153"),
            *cited("lsq-resnet18", "2 3 4 18"),
            *given("0.2 −4 16 0"),
        ],
        "advanced": [
            said("a tenth", slower),
            count / 1e9,
            16 * count / 1e9,
            seconds / 86400,
            peak,
            *acc,
            *ppl,
            *only,
            study["fp16"],
            study["GPTQ"][0],
            study["RTN"][0],
            *cited(ptq, "4 5,000"),
            *paper("llama3-70b-study", "2404.14047"),
            *cited("llama3-70b-study", "128"),
            *given("2 3 6 16 32"),
        ],
    }
