"""What stands behind the numbers of the closing lesson, What came after."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

from tests.content.claims import Claim, cited, given, number_in, paper, said, source
from tests.content.claims_four_bits import BY_BITS, REAL


def e2m1() -> list[float]:
    """The magnitudes of a float of two bits of exponent (bias 1) and one of mantissa."""
    return sorted(
        mantissa / 2 if exponent == 0 else 2 ** (exponent - 1) * (1 + mantissa / 2)
        for exponent, mantissa in product(range(4), range(2))
    )


def claims(_demo: Callable[..., str]) -> dict[str, list[Claim]]:
    quip, aqlm = source("quip-sharp"), source("aqlm")
    fp16, two = quip["fp16"], quip["2-bit"]
    seventy: list[Claim] = [two[2], fp16[1], fp16[2]]
    assert two[2] < fp16[1], "70B in 2 bits beats 13B in 16"
    sizes = [13 * 16 / 8, 70 * 2 / 8]
    speeds = [quip["RTX 4090 tokens/s Llama-2-70B"][way] for way in ("QuIP# 2-bit", "AQLM")]
    study = source("llama3-70b-study")
    rotated = source("quarot", "Llama-2-70B W4A4KV4 perplexity loss, at most")
    spin = source("spinquant")
    gap, lottery = (
        spin["Llama-2-7B W4A4KV4 gap to full precision"],
        spin["spread between random rotations, up to"],
    )
    int4 = source("torchao-llama3-8b-int4")
    quants, mx, nv = source("gguf-kquants"), source("mxfp4"), source("nvfp4")
    assert mx["bits per weight"] == 4 + 8 / mx["block"]
    assert nv["bits per weight"] == 4 + 8 / nv["block"]
    torchao = source("torchao-speed-h100")
    kivi, bitnet = source("kivi"), source("bitnet-b158")
    ternary: list[Claim] = [*bitnet["perplexity"], *bitnet["memory GB"]]
    assert abs(bitnet["memory GB"][1] / bitnet["memory GB"][0] - 3.55) < 0.01
    awq = source("awq-llama2-table")
    return {
        "two-bits-or-thirteen": [
            said("a third", 1 - sizes[1] / sizes[0]),
            *sizes,
            round(source(REAL, BY_BITS, 2)[2]),
            source(REAL, BY_BITS, 4)[2],
            *given("2 13 16 26 70"),
        ],
        "below-three-bits": [
            said("two thirds", sizes[1] / sizes[0]),
            *seventy,
            2**16,
            *speeds,
            aqlm["Llama-2-70B at 2.07 bits"],
            *cited("aqlm", "2.07"),
            *cited("exl3", "2 8"),
            *cited("quip-sharp", "4090"),
            *given("16"),
        ],
        "four-bit-activations": [
            study["SmoothQuant W8A8 / W6A6 / W4A4"][2],
            study["fp16"],
            rotated,
            gap,
            lottery,
            64 / math.sqrt(64),
            *cited("quarot", "4"),
            *given("1 64"),
        ],
        "without-text": [
            *int4.values(),
            number_in("hqq", "Llama-2-70B quantized in"),
            *cited("hqq", "50", "against GPTQ"),
            *cited("torchao-llama3-8b-int4", "128"),
            *given("4"),
        ],
        "formats": [
            said("half", 8 / 16),
            said("double", 2.0),
            *e2m1(),
            *(quants[name] for name in ("Q4_K_M", "Q2_K", "IQ1_S")),
            mx["bits per weight"],
            nv["bits per weight"],
            nv["bits per weight"] - mx["bits per weight"],
            mx["block"],
            nv["block"],
            torchao["fp8 rowwise"][1],
            torchao["int8 weight-only"][1],
            *cited("mxfp4", "8 90"),
        ],
        "cache-in-two-bits": [
            *kivi["Llama-2-7B CoQA"],
            *kivi["group / residual"],
            *cited("kivi", "2.6", "peak memory incl. weights"),
            *cited("kivi", "4", "batch"),
            *cited("kivi", "2 16"),
        ],
        "trained-for-it": [
            *ternary,
            *bitnet["latency ms"],
            math.log2(3),
            bitnet["memory GB"][1] / bitnet["memory GB"][0],
            *given("0 1 −1 3 10 16"),
        ],
        "limits": [fp16[2], awq["fp16"][2], *given("16 128")],
        "sources": [
            *paper("quip-sharp", "2024 2402.04396"),
            *paper("aqlm", "2024 2401.06118"),
            *paper("quarot", "2024 2404.00456"),
            *paper("spinquant", "2024 2405.16406"),
            *paper("llama3-70b-study", "2024 2404.14047"),
            *paper("hqq", "2023"),
            *paper("kivi", "2024 2402.02750"),
            *paper("bitnet-b158", "2024 2402.17764"),
            *cited("quip-sharp", "4096"),
            *cited("awq-llama2-table", "2048"),
        ],
        "try-it": [],
        "quiz": [
            said("half", 8 / 16),
            *seventy,
            awq["fp16"][2],
            awq["INT3-g128 AWQ"][2],
            torchao["int8 weight-only"][1],
            math.log2(3),
            quants["Q2_K"],
            4 + 16 / 128,
            mx["bits per weight"],
            nv["bits per weight"],
            *cited("awq-llama2-table", "3"),
            *cited("quip-sharp", "2"),
            *given("0 4 128"),
        ],
        "beginner": [
            *seventy,
            rotated,
            *ternary,
            *cited("quip-sharp", "2"),
            *paper("quip-sharp", "2402.04396"),
            *cited("quarot", "4"),
            *paper("quarot", "2404.00456"),
            *paper("kivi", "2402.02750"),
            *paper("bitnet-b158", "2402.17764"),
            *given("8"),
        ],
        "intermediate": [
            *int4.values(),
            *speeds,
            lottery,
            mx["bits per weight"],
            nv["bits per weight"],
            *(mx["block"], nv["block"]),
            *paper("spinquant", "2405.16406"),
            *cited("quip-sharp", "2 4090"),
            *given("0 4 64"),
        ],
        "advanced": [
            *fp16,
            *two,
            awq["fp16"][2],
            aqlm["Llama-2-70B at 2.07 bits"],
            *speeds,
            torchao["fp8 rowwise"][1],
            torchao["int8 weight-only"][1],
            quants["Q2_K"],
            quants["IQ1_S"],
            *cited("quip-sharp", "2 4096"),
            *paper("quip-sharp", "2402.04396"),
            *cited("awq-llama2-table", "2048"),
            *cited("aqlm", "2.07"),
            *paper("aqlm", "2401.06118"),
            *given("3 24 100,000"),
        ],
    }
