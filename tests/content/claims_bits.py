"""What stands behind the numbers of lesson 1, Bits."""

from __future__ import annotations

from collections.abc import Callable

import torch

from tests.content.claims import (
    ROW_0,
    ROW_1,
    Claim,
    about,
    absmax,
    all_of,
    cited,
    drawn_weights,
    given,
    llm_int8_facts,
    loosely,
    mean_error,
    number_in,
    paper,
    printed_by,
    said,
    source,
    times,
)


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed = printed_by(demo("bits"))
    W = drawn_weights()
    largest = float(W.abs().max())
    calm, loud = mean_error(W, largest / 127), mean_error(W, 1000 / 127)
    card = number_in("hw-a100-80", "reported memory") / 1e9
    weights = source("llama3-70b-params", "total") / 1e9
    stored = {key: size / 1e9 for key, size in source("llama3-70b-bytes").items()}
    bf16, int8, int4 = (
        stored["bf16"],
        stored["int8 per channel"],
        stored["int4 g128 symmetric (16-bit scale)"],
    )
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
        "one-card-or-two": [
            said("half", int8 / bf16),
            said("a quarter", 4 / 16),
            weights,
            bf16,
            card,
            2 * card,
            *given("1 4 8 16"),
        ],
        "bytes": [
            said("halves", *(sizes[n + 1] / sizes[n] for n in range(3))),
            *sizes,
            *given("32 16 8 4 7"),
            7e9 * 4 / 2**30,
        ],
        "dtypes": [
            *floats,
            torch.finfo(torch.float32).max,
            *(1 + torch.finfo(t).eps for t in (torch.float32, torch.float16, torch.bfloat16)),
            *given("0 1 5 8 10 23 7 4 16 32 2 70,000"),
            torch.tensor(70000.0).bfloat16().item(),
            2.0 ** (16 - 7),
            *map(float, (-(2**7), 2**7 - 1, 2**8, -(2**3), 2**3 - 1, 2**4)),
        ],
        "absmax": [*given("2.54 127 −127 0.035 0 2"), 2.54 / 127, 0.035 / 0.02, 2 * 0.02, 2 * 0.02 - 0.035],
        "by-hand": all_of(
            ROW_0,
            ROW_1,
            [whole[0], whole[0] / 2],
            whole[1],
            whole[2],
            whole[3],
            [w / whole[0] for w in ROW_0 + ROW_1],
            [sum(whole[3]), sum(whole[3]) / 8],
            [4 * 8, 8, 8 + 4],
            given("4 0"),
        ),
        "levels": [
            said("twice", 255 / 127),
            *given("2.54 −2.54 127 −127 0 −128 256 255 5.08 −1"),
            spread,
            2.54 / 127,
            100 * (2.54 / 127 / spread - 1),
            spread / 2,
            -spread / 2,
            5.08 / 127,
        ],
        "demo": [
            *loosely("half"),
            said("twice", *(1000 / 127 / W.abs()[W.abs() > 1000 / 127 / 2]).tolist()),
            printed,
            *given("0 2 8 16 127"),
            *given("−4.2 4.2"),
        ],
        "calm": [
            said("a quarter", (4096 + 4) / (4 * 4096), calm / (largest / 127)),
            printed,
            largest / 127 / 4,
            largest,
            *given("0"),
        ],
        "outlier": [
            printed,
            1000 / largest,
            float(W.abs().mean()),
            calm,
            loud,
            loud / calm,
            *given("0 1 127"),
        ],
        "loss": [
            said("half", 6.7 / 13),
            *loosely("a third"),
            *table1["fp32"],
            *table1["int8 absmax (per tensor)"],
            *given("8 1000"),
            context["context 2048"][0],
            context["context 4096"][0],
        ],
        "overhead": [
            4 + 16 / 128,
            7 * 4.125 / 8,
            4 + (16 + 4) / 128,
            8 * int4 / weights,
            *given("4 16 128 3.5"),
        ],
        "speed": [
            source(bound, "bf16", "2 GPUs"),
            number_in(bound, "int4 g128 (16-bit scale, 4-bit zero)", "1 GPU"),
            measured["2x A100 BF16"][1],
            measured["1x A100 INT4 W4A16"][1],
            source("marlin-speed", "ideal (16 / 4.125 bits)"),
            linear["1 token"][0],
            linear["1 token"][1],
            linear["1 token"][1] / linear["1 token"][0],
            times("marlin-speed", "batch 128"),
            *cited("marlin-speed", "16 32 128"),
            *cited("bnb-linear-h100", "4096 8192"),
            *given("2 4"),
        ],
        "limits": [
            bf16,
            int8,
            int4,
            card,
            card - int8,
            card - int4,
            about(1e9 * (card - int8) / per_token, 2),
            *perplexity_4bit,
            source(study, "RTN", 2),
            *cited(study, "128"),
            *given("1 2 4 8 16"),
        ],
        "sources": [
            *cited("hw-a100-80", "80"),
            *paper("vllm-r1-llama70b-a100-async", "2025"),
            *paper(study, "2024 2404.14047"),
            *paper("llmint8-table1", "2022 2208.07339"),
            *cited("llmint8-table1", "1"),
            *paper("ppl-context-baselines", "2306.00978 2402.04396"),
            *cited("ppl-context-baselines", "2048 4096"),
            *paper("marlin-speed", "2024 2408.11743"),
            *cited("marlin-speed", "16 4.125"),
        ],
        "try-it": given("2 4 8 16 20 32 1000 0"),
        "quiz": [
            said("a quarter", 4 / 16, calm / (largest / 127)),
            said("double", 1 / 0.5),
            said("half", 4 / 8),
            said("halves", 127 / 255),
            said("twice", 255 / 127),
            *floats,
            *(1 + torch.finfo(t).eps for t in (torch.float32, torch.bfloat16)),
            1 + 2**-7,
            *given("0 1 2 4 5 7 8 10 16 23 127 −127 128 −128 255 256 254 −8 4.125 4,096"),
            *given("0.3 0.6 2.54 −2.54"),
            2.54 / 127,
            round(-2.54 / (1.0 / 127)),
        ],
        "beginner": [said("a quarter", 4 / 16), *sizes, 4.125, *given("4 7 16 127 128 500")],
        "intermediate": [
            *llm_int8_facts(),
            source("llmint8-threshold"),
            number_in("llmint8-outlier-share", "outlier dims up to 13B"),
            number_in("llmint8-outlier-share", "feature dims in 16 bit"),
            *cited("llmint8-outlier-share", "13"),
            *given("16 127 1"),
        ],
        "advanced": [
            weights * 1e9,
            bf16,
            int8,
            int4,
            int4_zero,
            per_token,
            card,
            number_in("hw-a100-80", "memory bandwidth SXM"),
            source(bound, "bf16", "2 GPUs"),
            source(bound, "int4 g128 (16-bit scale, 4-bit zero)", "1 GPU"),
            measured["2x A100 BF16"][1],
            measured["2x A100 INT8 W8A8"][1],
            measured["1x A100 INT4 W4A16"][1],
            source("bnb-bench-70b-h100", "INT8 + decomposition", 0),
            source("bnb-bench-70b-h100", "NF4", 0),
            *perplexity_4bit,
            source(study, "AWQ", 0),
            *paper(study, "2024 2404.14047"),
            *cited(study, "128"),
            *paper("vllm-r1-llama70b-a100-async", "2025"),
            *cited("hw-a100-80", "80"),
            *given("1 4 16 30"),
        ],
    }
