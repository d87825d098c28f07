"""What stands behind the numbers of lesson 8, Serving: arithmetic of its own, and the sources."""

from __future__ import annotations

from collections.abc import Callable

from tests.content.claims import Claim, cited, given, loosely, number_in, paper, printed_by, said, source

BLOCKS, HIDDEN, KV, WIDTH, INNER = (
    source("llama3-70b-config", key) for key in ("layers", "hidden", "KV heads", "head dim", "feed-forward")
)
SCHEMES = {
    "bf16": "bf16",
    "int8": "int8 per channel",
    "int4 zeros": "int4 g128 (16-bit scale, 4-bit zero)",
    "int4": "int4 g128 symmetric (16-bit scale)",
}
CONTEXT = 4096
PROMISED = 30  # tokens a second for each reader


def stored(scheme: str) -> float:
    return float(source("llama3-70b-bytes", SCHEMES[scheme]))


def read(scheme: str) -> float:
    return stored(scheme) - 2 * source("llama3-70b-params", "input embedding")


BANDWIDTH = 2 * number_in("hw-a100-80", "memory bandwidth SXM") * 1e9
MEMORY = 2 * number_in("hw-a100-80", "reported memory")
SHARE = number_in("llama3-70b-kv-room", "share of memory")
USABLE = SHARE * MEMORY
PER_TOKEN = 2 * BLOCKS * KV * WIDTH * 2
ACTIVATIONS = 2048 * (2 * HIDDEN + 2 * INNER) * 2  # on each card


def room(scheme: str, kv: float = 1.0) -> int:
    """Tokens on two cards; ``kv`` is the size of the cache's values against bf16."""
    return int((USABLE - stored(scheme) - 2 * ACTIVATIONS) / (kv * PER_TOKEN))


def step_bytes(scheme: str, batch: int, kv: float = 1.0) -> float:
    return read(scheme) + batch * CONTEXT * PER_TOKEN * kv


def each(scheme: str, batch: int, kv: float = 1.0) -> float:
    return BANDWIDTH / step_bytes(scheme, batch, kv)


def computing(tokens: int) -> float:
    """Seconds on two cards in bf16."""
    weights = source("llama3-70b-params", "linear layers in blocks") + source(
        "llama3-70b-params", "output head"
    )
    return float(2 * weights * tokens / (2 * number_in("hw-a100-80", "bf16 dense") * 1e12))


def million(rate: float, cards: int = 2) -> float:
    return cards * 2.0 / (rate * 3600) * 1e6


def measured(row: str) -> list[float]:
    return list(source("vllm-r1-llama70b-tokens-per-second", row)[1:])


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed = printed_by(demo("serving"))
    rates = [measured(f"{row}") for row in ("2x A100 BF16", "2x A100 INT8 W8A8", "1x A100 INT4 W4A16")]
    shares = [100 * row[2] for row in rates]
    queries = [
        source("vllm-r1-llama70b-a100-async", way)[place]
        for place in (3, 4)
        for way in ("BF16", "INT8 W8A8", "INT4 W4A16")
    ]
    study = source("llama3-70b-study")
    gptq, awq = study["GPTQ"][0], study["AWQ"][0]
    w8a8 = source("smoothquant-llama-w8a8", "Llama-3-70B (alpha 0.85)")
    bnb = source("bnb-bench-70b-h100")
    tests = source("gptq-vs-awq-2024")
    academic, real = tests["70B academic avg"], tests["70B real-world avg"]
    bounds = {
        scheme: [
            source("llama3-70b-decode-bound", SCHEMES[scheme], f"{n} GPU{'s' * (n > 1)}") for n in (1, 2)
        ]
        for scheme in ("int8", "int4 zeros", "int4")
    }
    bf16 = BANDWIDTH / read("bf16")
    best = next(b for b in range(86, 0, -1) if each("int4 zeros", b) >= PROMISED)
    assert best == 73
    assert room("int4 zeros") // CONTEXT == 86
    assert abs(read("bf16") / 1e9 - source("llama3-70b-decode-bound", "bf16", "read per token (GB)")) < 0.005
    assert bounds["int4"][1] / bounds["int4 zeros"][1] < 1.01, "less than 1 %"
    gb = 1e9
    assert bf16 < PROMISED < rates[1][0], "bf16 stays below, W8A8 was measured above"
    assert computing(1) < 0.01 / each("bf16", 1), "computing for less than 1 % of the time"
    int8_rate = number_in("hw-a100-80", "int8 dense") / number_in("hw-a100-80", "bf16 dense")
    batches = (1, 16, 32, 73, 86)
    table = [
        value
        for b in batches
        for value in (step_bytes("int4 zeros", b) / gb, each("int4 zeros", b), b * each("int4 zeros", b))
    ]
    one_by_one = [float(b) for b in batches]
    costs = [
        million(each("bf16", 1)),
        million(each("int4 zeros", 1)),
        million(each("int4 zeros", 1) / 2, cards=1),
        million(73 * each("int4 zeros", 73)),
    ]
    embedding = 2 * source("llama3-70b-params", "input embedding") / gb
    return {
        "two-cards": [
            *(stored(s) / gb for s in SCHEMES),
            number_in("hw-a100-80", "memory bandwidth SXM"),
            MEMORY / gb,
            *cited("hw-a100-80", "80"),
            *cited("llama3-70b-bytes", "128"),
            PROMISED,
            *given("8"),
        ],
        "what-is-read": [
            stored("bf16") / gb,
            embedding,
            read("bf16") / gb,
            bf16,
            number_in("hw-a100-80", "memory bandwidth SXM"),
            2 * number_in("hw-a100-80", "memory bandwidth PCIe") * gb / read("bf16"),
            PROMISED,
            *given("2"),
        ],
        "four-bounds": [
            said("twice", bounds["int4 zeros"][0] / bf16),
            *(stored(s) / gb for s in SCHEMES),
            *(read(s) / gb for s in SCHEMES),
            bf16,
            *(value for pair in bounds.values() for value in pair),
            100
            * source("llama3-70b-params", "linear layers in blocks")
            / source("llama3-70b-params", "total"),
            read("bf16") / read("int4 zeros"),
            8 * stored("int4 zeros") / source("llama3-70b-params", "total"),
            *given("1 2 4 16"),
        ],
        "what-fits": [
            said("half", 8 / 16),
            PER_TOKEN,
            8192 * PER_TOKEN / gb,
            ACTIVATIONS / gb,
            source("llama3-70b-config", "heads"),
            HIDDEN,
            INNER,
            number_in("hw-a100-80", "reported memory"),
            *(BLOCKS, KV, WIDTH, SHARE),
            source("llama3-70b-config", "heads") / KV,
            *cited("hw-a100-80", "80"),
            *given("2 16 2,048"),
        ],
        "room-by-hand": [
            MEMORY / gb,
            USABLE / gb,
            USABLE / 2 / gb,
            stored("bf16") / gb,
            stored("int4 zeros") / gb,
            2 * ACTIVATIONS / gb,
            ACTIVATIONS / gb,
            (USABLE - stored("bf16") - 2 * ACTIVATIONS) / gb,
            (USABLE - stored("int4 zeros") - 2 * ACTIVATIONS) / gb,
            room("bf16"),
            room("int4 zeros"),
            room("bf16") // CONTEXT,
            room("int4 zeros") // CONTEXT,
            number_in("hw-a100-80", "reported memory"),
            PER_TOKEN,
            stored("bf16") / stored("int4 zeros"),
            room("int4 zeros") / room("bf16"),
            (USABLE / 2 - stored("bf16") - ACTIVATIONS) / gb,
            SHARE,
            CONTEXT,
            *given("2 0"),
        ],
        "two-roofs": [
            said("twice", int8_rate),
            said("halves", 1 / int8_rate),
            1000 / each("bf16", 1),
            1000 * computing(1),
            computing(CONTEXT),
            number_in("hw-a100-80", "bf16 dense"),
            source("hw-ridge-points", "A100 SXM bf16"),
            CONTEXT,
            *given("2 16"),
        ],
        "batching": [
            said("twice", step_bytes("int4 zeros", 32) / step_bytes("int4 zeros", 1)),
            *one_by_one,
            *table,
            PER_TOKEN,
            room("bf16") // CONTEXT,
            11 * each("bf16", 11),
            each("bf16", 11),
            PROMISED,
            CONTEXT,
            *given("32"),
        ],
        "demo": [
            said("half", 8 / 16),
            said("halve", 8 / 16),
            said("halved", 8 / 16),
            *loosely("doubles"),
            each("bf16", 1),
            each("bf16", 1, 0.5),
            room("bf16") // CONTEXT,
            room("bf16", 0.5) // CONTEXT,
            CONTEXT * PER_TOKEN / gb,
            read("bf16") / gb,
            bf16,
            PROMISED,
            CONTEXT,
            *given("2 32"),
        ],
        "what-it-shows": [printed, PROMISED, *given("1")],
        "measured": [
            *(value for row in rates for value in row[:2]),
            *shares,
            bounds["int4 zeros"][1],
            number_in("hw-h100-sxm", "memory bandwidth") / (BANDWIDTH / 2e12),
            bnb["INT8 + decomposition"][0],
            bnb["INT8 (threshold 0)"][0],
            bnb["NF4"][0],
            *queries,
            *cited("vllm-r1-llama70b-a100-async", "128 256 1,024"),
            *cited("vllm-r1-llama70b-tokens-per-second", "1 2"),
            PROMISED,
            *given("16"),
        ],
        "what-it-loses": [
            study["fp16"],
            study["SmoothQuant W8A8 / W6A6 / W4A4"][0],
            study["RTN"][0],
            gptq,
            awq,
            gptq - study["fp16"],
            study["RTN"][0] - study["fp16"],
            *w8a8,
            w8a8[1] - w8a8[0],
            *academic,
            *real,
            *source("llama3-70b-w8a16-modelcard", "table").values(),
            *cited("llama3-70b-study", "128"),
        ],
        "commands": [
            said("halves", 8 / 16),
            bounds["int8"][0],
            *cited("vllm-bnb-moved", "0.28 2026"),
            *cited("vllm-kernel-choice", "32 64 128", "Marlin needs"),
            *given("2 4096"),
        ],
        "cost": [
            said("twice", each("bf16", 1) / (each("bf16", 1) / 2), 2.0),
            each("bf16", 1),
            each("int4 zeros", 1),
            each("int4 zeros", 1) / 2,
            73 * each("int4 zeros", 73),
            *costs,
            costs[0] / costs[1],
            costs[1] / costs[3],
            PROMISED,
            CONTEXT,
            *given("1 2.00 73 3,600"),
        ],
        "limits": [
            bf16,
            rates[0][0],
            rates[1][0],
            rates[2][0],
            bounds["int8"][1],
            bounds["int8"][0],
            *(bounds[s][1] for s in ("int4 zeros", "int4")),
            best,
            *(100 * measured(row)[2] for row in ("2x H100 BF16", "2x H100 FP8 W8A8", "1x H100 INT4 W4A16")),
            PROMISED,
        ],
        "sources": [
            *cited("hw-a100-80", "80"),
            *paper("vllm-r1-llama70b-a100-async", "2025"),
            *paper("llama3-70b-study", "2024 2404.14047"),
            *paper("gptq-vs-awq-2024", "2024 2411.02355"),
            *paper("vllm-methods", "2026"),
        ],
        "try-it": given("73 32,768"),
        "quiz": [
            said("a quarter", 4 / 16),
            said("half", 8 / 16, 1 / 2),
            said("twice", int8_rate, 2 / 1),
            said("double", 2 / 1),
            said("doubles", 2 / 1),
            bf16,
            bounds["int8"][1],
            bounds["int4 zeros"][1],
            *(row[0] for row in rates),
            computing(CONTEXT),
            bnb["INT8 + decomposition"][0],
            4 + 16 / 128,
            4 + 32 / 64,
            3.6 / 3600,
            *cited("vllm-bnb-moved", "0.28 2026"),
            *cited("vllm-r1-llama70b-a100-async", "128 1,024"),
            CONTEXT,
            *given("1 2 4 8 16 64 80 90 3,600 3.6 2.6 3.1 3.3"),
        ],
        "beginner": [
            stored("bf16") / gb,
            read("bf16") / gb,
            bf16,
            read("int4 zeros") / gb,
            PER_TOKEN,
            number_in("hw-a100-80", "memory bandwidth SXM"),
            *cited("hw-a100-80", "80"),
            *cited("llama3-70b-bytes", "128"),
            *given("4 8 16"),
        ],
        "intermediate": [
            bf16,
            *(
                number_in("hw-a100-80", key)
                for key in ("reported memory", "memory bandwidth SXM", "bf16 dense", "int8 dense")
            ),
            read("int4 zeros") / gb,
            each("int4 zeros", 1),
            best,
            best * each("int4 zeros", best),
            room("int4 zeros") // CONTEXT,
            *queries[:3],
            *(BLOCKS, KV, WIDTH),
            *cited("vllm-r1-llama70b-a100-async", "128 1,024"),
            CONTEXT,
        ],
        "advanced": [
            *(value for row in rates for value in row[:2]),
            bnb["INT8 + decomposition"][0],
            bnb["INT8 + decomposition"][2],
            study["fp16"],
            study["RTN"][0],
            gptq,
            *w8a8,
            *academic,
            *real,
            *bnb["batch"][::2],
            *cited("vllm-bnb-moved", "0.28 2026"),
            *cited("hw-a100-80", "80"),
            *paper("vllm-r1-llama70b-a100-async", "2025"),
            *paper("llama3-70b-study", "2404.14047"),
            *paper("gptq-vs-awq-2024", "2411.02355"),
            PROMISED,
            CONTEXT,
        ],
    }
