"""What stands behind the numbers of lesson 2, Scales."""

from __future__ import annotations

from collections.abc import Callable

from tests.content.claims import (
    LOUD_ROW,
    ROW_1,
    Claim,
    absmax,
    all_of,
    drawn_weights,
    given,
    mean_error,
    printed_by,
    source,
)


def claims(demo: Callable[..., str]) -> dict[str, list[Claim]]:
    printed = printed_by(demo("scales"))
    net = [100 * share for share in source("cnn-ptq-table")["MobileNet-v1"]]
    W = drawn_weights()
    column_loud = W.clone()
    column_loud[:, 32] = 0
    calm = mean_error(W, W.abs().amax(1, keepdim=True) / 127)
    ruined = mean_error(column_loud, 100 / 127) * 64 / 63
    together, first, second = absmax(LOUD_ROW + ROW_1), absmax(LOUD_ROW), absmax(ROW_1)
    scale_share = 100 * 4 * 4096 / 4096**2
    return {
        "one-picture-in-a-thousand": [net[4], net[0], net[2], *given("1,000 8 4096 4 4,096 0.1 1 10")],
        "a-scale-for-each-row": [
            4096.0**2,
            4 * 4096,
            scale_share,
            8 + 32 / 4096,
            *given("8 32 4096 4,096 4 1 127"),
        ],
        "the-same-eight-weights": all_of(
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
        "demo": [printed, *given("8 63 64 100 −100")],
        "whom-it-costs": [printed, *given("48 63")],
        "the-column": [printed, ruined, ruined / calm, *given("64")],
        "limits": [scale_share, 16 / 128, *given("8 16 128")],
        "sources": [100 * source("cnn-ptq-table")["MobileNet-v1"][1], *given("2018 1 8 1806.08342")],
        "try-it": given("0 4 10"),
        "quiz": [round(-2.54 / (0.5 / 127)), 32 + 4, *given("0 1 4 32 63 64 127 128 255 0.5 −2.54")],
        "beginner": [
            4096.0**2,
            4 * 4096,
            scale_share,
            *(share / 100 for share in (net[0], net[2], net[4])),
            *given("1 8 127 2018 4096 4,096 1806.08342"),
        ],
        "intermediate": [16 / 128, *given("3 4 16 127 −127 128")],
        "advanced": [4 + 16 / 128, 7 * 4.125 / 8, *given("3.7 4 4096 7 8 32 128")],
    }
