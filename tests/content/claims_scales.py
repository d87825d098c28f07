"""What stands behind the numbers of lesson 2, Scales."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.content.claims import (
    LOUD_ROW,
    ROW_1,
    Claim,
    absmax,
    all_of,
    cited,
    given,
    loosely,
    more_than,
    paper,
    printed_by,
    said,
    source,
)

SKEWED_ROW = [-0.5, 0.265, 1.507, 4.6]
LAYER = 4096.0**2  # weights of the layer that the steps speak of


def asymmetric(row: list[float]) -> tuple[float, int, list[int], list[float], list[float]]:
    """Scale, zero point, codes, what comes back, and errors over 256 levels: the oracle of the worked example."""
    scale = (max(row) - min(row)) / 255
    zero_point = round(-min(row) / scale)
    codes = [round(w / scale) + zero_point for w in row]
    back = [scale * (q - zero_point) for q in codes]
    return scale, zero_point, codes, back, [abs(w - b) for w, b in zip(row, back, strict=True)]


def error_at(printed: str, bits: int, granularity: str) -> float:
    """An error of the demo's table, in percent."""
    line = next(line for line in printed.splitlines() if line.startswith(f"   {bits:>4} "))
    return float(line.split()[1:][1::3][("tensor", "row", "group").index(granularity)])


def errors_where(printed: str, where: str) -> list[float]:
    """The errors of the demo's last table for tensor, row and group, in percent."""
    lines = (line for line in printed.splitlines() if line.startswith(f"   {where} "))
    return [float(word) for word in next(line for line in lines if "%" in line).split() if word[0].isdigit()]


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    output = demo("scales")
    printed = printed_by(output)
    net = [100 * share for share in source("cnn-ptq-table")["MobileNet-v1"]]
    llama = source("gptq-llama1-table", "7B")
    together, first, second = absmax(LOUD_ROW + ROW_1), absmax(LOUD_ROW), absmax(ROW_1)
    skewed, even = asymmetric(SKEWED_ROW), absmax(SKEWED_ROW)
    scale_share = 100 * 4 * 4096 / LAYER
    per_group, with_zero_point = 4 + 16 / 128, 4 + (16 + 4) / 128
    calm, column = errors_where(output, "nowhere"), errors_where(output, "column")
    assert source("gptq-settings", "group size default").startswith("-1 (one scale per whole row")
    assert error_at(output, 6, "tensor") > error_at(output, 4, "group")
    assert round(error_at(output, 4, "tensor") / error_at(output, 4, "group")) == 4
    assert (
        round(4 * error_at(output, 8, "group") / error_at(output, 8, "tensor"), 1) == 0.9
    )  # two bits behind
    halved = [
        error_at(output, bits + 1, of) / error_at(output, bits, of)
        for bits in range(4, 8)
        for of in ("tensor", "row", "group")
    ]
    top, bottom = (float(re.findall(r"(?m)^ +([\d.]+) % \|", output)[place]) for place in (0, -1))
    a_line = 1 - (bottom / top) ** (1 / 14)
    return {
        "one-picture-in-a-thousand": [net[4], net[0], net[2], *given("1,000 8 4096 4 4,096 0.1 1 10")],
        "a-scale-for-each-row": [
            LAYER,
            4 * 4096,
            scale_share,
            8 + 32 / 4096,
            *given("8 32 4096 4,096 4 1 127"),
        ],
        "the-same-eight-weights": all_of(
            [said("ten times", LOUD_ROW[3] / 2.54)],
            LOUD_ROW,
            ROW_1,
            together[1],
            together[3],
            first[1],
            first[3],
            second[1],
            second[3],
            [together[0], second[0]],
            [sum(together[3][4:]) / 4, sum(second[3]) / 4],
            [32, 8 + 4, 8 + 2 * 4],
            given("127 2.54 25.4 1.905"),
        ),
        "why-rows": [],
        "groups": [
            said("half", (15 - 2 * (7 // 2) - 1) / 15),
            *loosely("twice"),
            *(-(2.0 ** (4 - 1)) + 1, 2.0 ** (4 - 1) - 1, 2.0**4 - 1),
            *(4 + 16 / LAYER, 4 + 16 / 4096, per_group, 4 + 16 / 32),
            *(LAYER / 128, LAYER / 32),
            7 * per_group / 8,
            7 * 4 / 8,
            *(llama[4], llama[5], llama[0]),
            *cited("gptq-llama1-table", "3 128"),
            *given("1 7 32 4096 4,096"),
        ],
        "zero-point": [
            5.1 / 127,
            5.1 / 255,
            per_group,
            with_zero_point,
            net[1],
            net[2],
            *given("0 4 5.1 16 127 128 255 256"),
        ],
        "zero-point-by-hand": all_of(
            SKEWED_ROW,
            [w / skewed[0] for w in SKEWED_ROW],
            [round(w / skewed[0]) for w in SKEWED_ROW],
            skewed[2],
            skewed[3],
            skewed[4],
            even[1],
            even[2],
            even[3],
            [skewed[0], skewed[1], even[0], sum(skewed[4]) / 4, sum(even[3]) / 4],
            given("−0.5 0.5 4.6 5.1 0 127 255"),
        ),
        "packing": [
            LAYER / 1e6,
            LAYER / 2 / 1e6,
            2 * LAYER / 128 / 1e6,
            *(14 * 16 + 3, 227 & 15, 227 >> 4, 14 - 16, -2 + 16, 2.0**4),
            *given("0011 1110 1111 3 4 5 7 8 15 227 4096"),
        ],
        "demo": [said("halves", halved[0]), printed, *given("2 5 6 8 64 −20 4.125")],
        "the-map": [more_than("a quarter", a_line), said("halves", *halved), printed, *given("2 4 8")],
        "in-numbers": [
            said("halves", halved[0]),
            printed,
            512.0**2 / 8,
            2 * 512.0**2 / 128,
            512.0**2 / 128,
            16 / 512,
            16 / 128,
            512.0**2,
            *given("2 4"),
        ],
        "whom-it-costs": [printed, 512 / 64],
        "the-column": [printed, column[2] / calm[2]],
        "limits": [scale_share, 16 / 128, error_at(output, 4, "group"), *given("0 8 16 128")],
        "sources": [
            *paper("cnn-ptq-table", "2018 1806.08342"),
            *cited("cnn-ptq-table", "1 8"),
            *paper("gptq-settings", "2022 2210.17323"),
            *cited("gptq-settings", "2023 128"),
        ],
        "try-it": given("0 3 4 20 32 256"),
        "quiz": [
            said("half", 8 / 16, 127 / 255),
            *loosely("hundred times", "twice"),
            round(-2.54 / (0.5 / 127)),
            32 + 4,
            16 / 4096,
            *given("0 1 3 4 7 8 15 16 32 63 64 127 128 255 256 0.5 −2.54 −1 −3 −8 2 4096"),
        ],
        "beginner": [
            LAYER,
            4 * 4096,
            scale_share,
            *(share / 100 for share in (net[0], net[2], net[4])),
            *paper("cnn-ptq-table", "2018 1806.08342"),
            *cited("cnn-ptq-table", "8"),
            *given("1 127 4096 4,096"),
        ],
        "intermediate": [
            16 / 128,
            *(llama[4], llama[5], llama[0]),
            *paper("gptq-llama1-table", "2023"),
            *cited("gptq-llama1-table", "3 128"),
            *given("0 4 16 127 −127 255 256"),
        ],
        "advanced": [
            per_group,
            with_zero_point,
            7 * per_group / 8,
            *given("3.7 4 4096 7 8 −8 32 128"),
        ],
    }
