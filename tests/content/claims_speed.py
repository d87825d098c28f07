"""What stands behind the numbers of lesson 7, Speed: two clocks, and the sources."""

from __future__ import annotations

from collections.abc import Callable

from tests.content.claims import Claim, about, cited, given, more_than, number_in, paper, said, source, times

WEIGHTS = 4096 * 8192
LINEAR, INTEGERS = source("bnb-linear-h100"), source("int-mm-h100")
ONE, MANY = LINEAR["1 token"], LINEAR["4096 tokens"]
BANDWIDTH = number_in("hw-h100-sxm", "memory bandwidth") * 1e12
RATE = number_in("hw-h100-sxm", "bf16 dense") * 1e12
BENCH = source("bnb-bench-70b-h100")
RIDGE = source("hw-ridge-points")
DECODE = source("smoothquant-decode")
SPEED = source("smoothquant-speed")
CACHE = 2 * 80 * 8 * 128 * 2


READ_70B = number_in("llama3-70b-decode-bound", "bf16", "read per token (GB)")
LAYER = cited("bnb-linear-h100", "4096 8192")
MARLIN = cited("marlin-speed", "16 32 128")


def measured() -> dict[str, list[float]]:
    found = source("speed-demo")
    ways = ("floats", "int8 made floats first", "int8 times int8")
    return {way: found[f"{way}, 1 and 16 tokens"] for way in ways}


def by_hand() -> list[Claim]:
    """The small machine: 1e11 bytes and 1e12 operations a second, a layer of a million weights, in µs."""
    shown: list[Claim] = [1e12 / 1e11]
    computing = 2 * 1e6 / 1e12 * 1e6
    for tokens in (1, 4, 10, 40):
        shown += [tokens, computing * tokens]
        for bits in (16, 8, 4):
            reading = bits / 8 * 1e6 / 1e11 * 1e6
            shown += [reading, bits / 8, max(reading, computing * tokens)]
    shown.append(20 / 8)
    return [*shown, *given("2 16 100 1,000 1000 2.0 1.0")]


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    int8_rate = number_in("hw-a100-80", "int8 dense") / number_in("hw-a100-80", "bf16 dense")
    ways, core = measured(), source("speed-demo")
    floats, first = ways["floats"], ways["int8 made floats first"]
    assert MANY[1] / MANY[0] < 2, "less than 2-fold"
    assert 52 * 8192 * CACHE / 1e9 > READ_70B > 51 * 8192 * CACHE / 1e9
    assert abs(core["ridge"] - core["rate"] / core["bandwidth"]) < 0.5
    assert abs(core["tokens at the ridge"] - 2 * core["rate"] / core["bandwidth"]) < 0.5
    assert "3.87" in demo("speed", "--machine=A100", "--width=4096"), "the demo's int4 is Marlin's ideal"
    a100, bench = source("torchao-a100-llama2-7b"), source("bnb-bench-8b")
    plain, four = (number_in("torchao-a100-llama2-7b", key) for key in a100)
    vila = [number_in("awq-speed", "VILA-7B on A100", place=place) for place in (0, 1)]
    return {
        "half-the-bytes": [
            said("half", 8 / 16),
            said("a quarter", 4 / 16),
            said("sixteen times", ONE[1] / ONE[0]),
            more_than("twice", ONE[2] / ONE[0]),
            said("twice", MANY[1] / MANY[0]),
            *ONE,
            *MANY,
            0.5 * MANY[0],
            ONE[1] / ONE[0],
            MANY[0] / ONE[0],
            ONE[1] / ONE[0] * MANY[0],
            *LAYER,
            *cited("bnb-linear-h100", "1 4,096"),
        ],
        "two-clocks": [
            2 * WEIGHTS / 1e6,
            BANDWIDTH / 1e12,
            RATE / 1e12,
            2e3 * WEIGHTS / BANDWIDTH,
            2e3 * WEIGHTS / RATE,
            ONE[0],
            2 * WEIGHTS * 4096 / 1e9,
            2e3 * WEIGHTS * 4096 / RATE,
            MANY[0] / ONE[0],
            *LAYER,
            *cited("bnb-linear-h100", "4,096"),
            *given("2"),
        ],
        "ridge": [
            RIDGE["A100 SXM bf16"],
            RIDGE["A100 SXM int8"],
            RIDGE["H100 SXM bf16"],
            about(RIDGE["A100 SXM bf16"], 2),
            *given("1 2 4,096"),
        ],
        "what-bits-change": [
            said("a quarter", 4 / 16, 4.125 / 16),
            said("half", 8 / 16),
            said("twice", int8_rate),
            said("four times", 16 / 4.125),
            number_in("hw-a100-80", "bf16 dense"),
            number_in("hw-a100-80", "int8 dense"),
            source("marlin-speed", "ideal (16 / 4.125 bits)"),
            times("marlin-speed", "batch 128"),
            *MARLIN,
            *given("4 8"),
        ],
        "by-hand": by_hand(),
        "fused": [
            said("a quarter", 4 / 16),
            0.5 + 2 + 2,
            (0.5 + 2 + 2) / 2,
            2 / 128,
            source("torchao-speed-h100", "int8 weight-only")[1],
            *given("0.5 2 8 128"),
        ],
        "why-bnb": [
            ONE[1],
            ONE[0],
            *BENCH["batch"],
            *BENCH["NF4"],
            *BENCH["INT8 (threshold 0)"],
            *BENCH["INT8 + decomposition"],
            *given("16"),
        ],
        "int8-units": [
            said("twice", number_in("hw-h100-sxm", "int8 dense") / number_in("hw-h100-sxm", "bf16 dense")),
            127 * 127,
            round(2**31 / 127**2, -3),
            *INTEGERS["1 token (padded)"],
            *INTEGERS["4096 tokens"],
            INTEGERS["4096 tokens"][1] / INTEGERS["4096 tokens"][0],
            SPEED["prefill (context stage), FasterTransformer, up to"],
            SPEED["decode, up to"],
            *cited("int-mm-h100", "1 4,096"),
            *given("127"),
        ],
        "kv-cache": [
            said("halves", (128 + 2) / (2 * 128)),
            source("llama3-70b-config", "layers"),
            source("llama3-70b-config", "KV heads"),
            source("llama3-70b-config", "head dim"),
            CACHE,
            8192 * CACHE / 1e9,
            READ_70B,
            READ_70B / (8192 * CACHE / 1e9),
            2 * 128,
            8192,
            *given("2 8"),
        ],
        "demo": [said("a quarter", 8 / 32), first[0] / floats[0], *given("1 2 4 4,096")],
        "one-core": [
            said("a quarter", (2048**2 + 4 * 2048) / (4 * 2048**2)),
            said("twelvefold", first[0] / floats[0]),
            core["bandwidth"],
            core["rate"],
            core["ridge"],
            core["tokens at the ridge"],
            *floats,
            *first,
            *ways["int8 times int8"],
            core["floats, 2 tokens"],
            4 * 2048**2,
            2048**2 + 4 * 2048,
            4 * 2048**2 / 1e6,
            4 * 2048**2 / floats[0] / 1e6,
            floats[1] / floats[0],
            *cited("speed-demo", "1 16 2048"),
        ],
        "measured": [
            times("gptq-decode-speed", "A100 80GB: 3-bit on 1 GPU"),
            times("awq-speed", "speedup"),
            vila[1] / vila[0],
            four / plain,
            DECODE["OPT-30B, 1 GPU, batch 1, length 512"][2],
            bench["H100"][1] / bench["H100"][0],
            bench["RTX 4090"][1] / bench["RTX 4090"][0],
            bench["H100"][4] / bench["H100"][0],
            *cited("gptq-decode-speed", "1 3 5"),
            *cited("torchao-a100-llama2-7b", "4 64"),
            *cited("bnb-bench-8b", "4090"),
            *given("16"),
        ],
        "limits": [
            said("half", 8 / 16),
            said("16-fold", ONE[1] / ONE[0]),
            said("2-fold", MANY[1] / MANY[0]),
            MANY[1],
            MANY[0],
            *cited("bnb-linear-h100", "4,096"),
            *cited("llama3-70b-decode-bound", "50 70"),
        ],
        "sources": [
            *cited("hw-a100-80", "80"),
            *paper("bnb-linear-h100", "2.11"),
            *paper("marlin-speed", "2024 2408.11743"),
            *paper("smoothquant-speed", "2022 2211.10438"),
            *paper("gptq-decode-speed", "2022 2210.17323"),
            *paper("awq-speed", "2023 2306.00978"),
            *paper("vllm-kv-dtypes", "2026"),
        ],
        "try-it": given("0 128,000"),
        "quiz": [
            said("a quarter", 4 / 16),
            said("half", 8 / 16),
            said("halved", 8 / 16),
            said("four times", 16 / 4),
            said("twice", int8_rate),
            said("double", int8_rate),
            127 * 127,
            2**15 - 1,
            4.5,
            2 / 4.5,
            about(RIDGE["A100 SXM bf16"], 2),
            *given("0 1 2 −2 4 7 8 14 15 16 20 32 100 128 200 4,000"),
        ],
        "beginner": [
            said("half", 8 / 16),
            BANDWIDTH / 1e12,
            RATE / 1e12,
            *ONE[:2],
            *MANY[:2],
            *LAYER,
            *cited("bnb-linear-h100", "4,096"),
        ],
        "intermediate": [
            RIDGE["A100 SXM bf16"],
            RIDGE["A100 SXM int8"],
            source("marlin-speed", "ideal (16 / 4.125 bits)"),
            times("marlin-speed", "batch 128"),
            *INTEGERS["1 token (padded)"],
            *INTEGERS["4096 tokens"],
            CACHE,
            *MARLIN,
            *paper("marlin-speed", "2024 2408.11743"),
            *cited("int-mm-h100", "4096 8192 4,096"),
            *given("4"),
        ],
        "advanced": [
            BANDWIDTH / 1e12,
            RATE / 1e12,
            number_in("hw-rtx4090", "memory bandwidth"),
            number_in("hw-rtx4090", "bf16 dense (fp32 accumulate)"),
            *(bench[card][place] for card in ("H100", "RTX 4090") for place in (0, 1, 4)),
            *source("torchao-speed-h100", "int8 weight-only"),
            plain,
            four,
            SPEED["prefill (context stage), FasterTransformer, up to"],
            SPEED["decode, up to"],
            *cited("torchao-a100-llama2-7b", "64"),
            *cited("bnb-bench-8b", "1 4090"),
            *paper("smoothquant-speed", "2022 2211.10438"),
            *given("32 4,000"),
        ],
    }
