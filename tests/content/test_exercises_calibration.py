"""The numbers that outlier-features and calibration state are computed here, and their graders' conclusions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from tests.content.exercises import ROOT, example, exercise, misconception, one_line, reference
from tests.content.lesson_text import sources
from tutor.grading.draw import Draw

SEEDS = range(4)
BATCHES = [
    torch.tensor([[0.5, -0.3, 0.8, -0.6], [0.2, 0.7, -0.9, 0.4]]),
    torch.tensor([[-0.15, 0.55, 0.35, -2.8], [1.15, -0.75, 0.45, -0.35]]),
]


# --- the examples and the figures that texts state ------------------------------------------------


@pytest.mark.parametrize("id", ["outlier-features", "calibration"])
def test_the_example_prints_for_the_reference_what_its_comments_promise(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ROOT / "exercises" / id / "example.py"
    printed = example(id, monkeypatch)
    promised = re.findall(r"\)  # ([\d\[].*)$", path.read_text("utf-8"), flags=re.MULTILINE)
    assert len(promised) >= 4
    for line in promised:
        assert line in printed


def test_the_brief_of_outlier_features_shows_the_matrix_of_its_example() -> None:
    brief = one_line(exercise("outlier-features").brief)
    example = (ROOT / "exercises/outlier-features/example.py").read_text("utf-8")
    rows = re.findall(r"^        \[([-\d., ]+)\],$", example, flags=re.MULTILINE)
    assert len(rows) == 3
    for row in rows:
        assert " | ".join(row.split(", ")) in brief.replace("**", "")
    for answer in ("`[1, 3]`", "`[0, 1, 2, 3]`"):
        assert answer in brief


def test_the_paper_is_quoted_as_the_sources_have_it() -> None:
    known = sources()
    features = exercise("outlier-features")
    assert f"took {known['llmint8-threshold']['value']}" in one_line(features.notice)
    assert known["llmint8-outlier-share"]["value"]["feature dims in 16 bit"] in one_line(features.notice)
    share = misconception("outlier-features", "share-of-features")
    assert known["llmint8-outlier-share"]["value"]["feature dims in 16 bit"] in share


def test_the_brief_of_calibration_states_what_its_ranges_do_to_its_batches() -> None:
    brief = one_line(exercise("calibration").brief)
    solution = reference("calibration")
    for batch in BATCHES:
        assert str([[round(x, 2) for x in row] for row in batch.tolist()]) in brief
    assert f"min-max {solution.minmax_range(BATCHES):.1f}" in brief
    assert f"80th percentile {solution.percentile_range(BATCHES, 80.0):.1f}" in brief
    errors = [
        sum(float((solution.quantize_static(X, clip, 4) - X).square().sum()) for X in BATCHES)
        for clip in (2.8, 1.4)
    ]
    assert f"2.8 leaves a squared error of {errors[0]:.2f} and 1.4 one of {errors[1]:.2f}" in brief
    assert solution.mse_range(BATCHES, 4) == pytest.approx(2.8, rel=0.03)
    shown = (
        solution.quantize_static(BATCHES[1], 2.8, 4),
        solution.quantize_static(BATCHES[1], 1.4, 4),
        solution.quantize_dynamic(BATCHES[1], 4),
    )
    for X_hat in shown:
        tokens = (", ".join(f"{round(x, 2) + 0.0:g}" for x in token) for token in X_hat.tolist())
        assert " · ".join(tokens) in brief


def test_what_is_said_of_clipping_holds_for_normal_values(graders: None) -> None:
    from calibration_ranges import best_range, error  # type: ignore[import-not-found]

    values = Draw(1, "normal").normal(40_000).double()
    assert 2 < best_range(values, 4) < 3
    absmax = float(values.abs().max())
    at_eight = error(values, absmax, 8) / error(values, best_range(values, 8), 8)
    assert at_eight < 1.1
    percentile = float(torch.quantile(values.abs(), 0.999))
    assert error(values, percentile, 8) > error(values, absmax, 8)
    assert "eighteen times" in misconception("calibration", "bits-ignored")
    assert round(127 / 7) == 18


def test_quantile_refuses_what_the_notice_says() -> None:
    assert "16 million" in exercise("calibration").notice
    with pytest.raises(RuntimeError, match="too large"):
        torch.quantile(torch.zeros(1).expand(2**24 + 1), 0.5)


# --- what outlier-features draws and concludes ----------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_no_value_lies_within_a_hundredth_of_the_threshold(graders: None, seed: int) -> None:
    from feature_draws import every_kind  # type: ignore[import-not-found]
    from feature_suspects import outlier_features  # type: ignore[import-not-found]

    draw = Draw(seed, "margin")
    threshold = draw.uniform(0.05, 50.0)
    X = every_kind(draw, threshold)
    for sent in (X, X.half(), X.bfloat16()):
        assert torch.equal(outlier_features(sent, threshold), outlier_features(X, threshold))
    assert float((X.half().float().abs() / threshold - 1).abs().min()) > 0.01


@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_ideas_choose_other_features_than_each_other(graders: None, seed: int) -> None:
    from feature_draws import every_kind
    from feature_suspects import choices, other_scales, outlier_features, thought_of_choice

    draw = Draw(seed, "distinct")
    every, named = set(), set()
    for low, high in ((2.0, 4.5), (9.0, 14.0), (25.0, 50.0)):  # by one alone two ideas may agree
        threshold = draw.uniform(low, high)
        X = every_kind(draw, threshold)
        ideas = list(itertools.chain(choices(X, threshold), other_scales(X, threshold)))
        for idea, chosen in ideas:
            indices = chosen.nonzero().flatten()
            every.add(idea)
            if not torch.equal(indices, outlier_features(X, threshold)):
                named.add(thought_of_choice(indices.flip(0), ideas))
    assert every <= named


def test_indices_that_nobody_foresaw_get_no_name(graders: None) -> None:
    from feature_draws import every_kind
    from feature_suspects import choices, other_scales, outlier_features, thought_of_choice

    X = every_kind(Draw(3, "unforeseen"), 10.0)
    ideas = [*choices(X, 10.0), *other_scales(X, 10.0)]
    exact = outlier_features(X, 10.0)
    assert thought_of_choice(exact[1:], ideas) is None
    assert thought_of_choice((exact + 1) % X.shape[1], ideas) is None


# --- what calibration draws, demands and concludes -----------------------------------------------


def cases(seed: int) -> Iterator[tuple[Any, list[torch.Tensor], int]]:
    """The inputs of the check of mse_range."""
    from calibration_ranges import Source

    draw = Draw(seed, "cases")
    for power, loud, bits in ((1.0, True, 4), (2.0, False, 4), (1.5, True, 5), (1.0, False, 8)):
        source = Source(draw, power, loud)
        yield source, source.batches(), bits


@pytest.mark.parametrize("seed", SEEDS)
def test_a_coarse_search_keeps_the_limit_with_room(graders: None, seed: int) -> None:
    from calibration_ranges import all_values, best_range, error

    for source, given, bits in cases(seed):
        values, fresh = all_values(given), all_values(source.batches())
        absmax = float(values.abs().max())
        coarse = min((absmax * k / 40 for k in range(1, 41)), key=lambda c: error(values, c, bits))
        assert error(fresh, coarse, bits) <= 1.03 * error(fresh, best_range(values, bits), bits)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranges_of_wrong_ideas_break_the_limit_with_room(graders: None, seed: int) -> None:
    from calibration_ranges import all_values, best_range, error

    worst: dict[str, float] = {}
    for _, given, bits in cases(seed):
        values = all_values(given)
        apart = [best_range(X.flatten().double(), bits) for X in given]
        wrong = {
            "absmax": float(values.abs().max()),
            "mean": sum(apart) / len(apart),
            "largest": max(apart),
            "last": apart[-1],
            "absolute": best_range(values, bits, 1.0),
            "8 bits": best_range(values, 8),
        }
        least = error(values, best_range(values, bits), bits)
        for name, clip in wrong.items():
            worst[name] = max(worst.get(name, 0.0), error(values, clip, bits) / least)
    assert min(worst.values()) > 1.07, worst


@pytest.mark.parametrize("seed", SEEDS)
def test_every_interpolation_of_the_percentile_is_served(graders: None, seed: int) -> None:
    from calibration_ranges import Source, all_values, percentile_bracket

    draw = Draw(seed, "percentile")
    for given in (Source(draw, loud=True).batches(), [draw.normal(1, 50)], [torch.zeros(2, 3)]):
        values = all_values(given)
        for percent in (75.0, draw.uniform(75, 100), 99.5, 100.0):
            low, high = percentile_bracket(values, percent)
            for method in ("linear", "lower", "higher", "nearest", "weibull", "inverted_cdf", "hazen"):
                assert low <= np.percentile(values.abs().numpy(), percent, method=method) <= high
    one_sided = all_values(Source(draw, one_sided=True).batches())
    low, high = percentile_bracket(one_sided, 99.0)
    assert not low <= float(torch.quantile(one_sided, 0.99)) <= high


def test_a_range_that_nobody_foresaw_gets_no_name(graders: None) -> None:
    from calibration_ranges import all_values
    from range_suspects import agreeing_absmax, agreeing_mse, the_one  # type: ignore[import-not-found]

    for share in (0.31, 0.43, 0.58, 0.77):
        inputs = [(given, bits) for _, given, bits in cases(5)]
        came = [share * float(all_values(given).abs().max()) for given, _ in inputs]
        explained = [
            agreeing_mse(given, bits, clip) for (given, bits), clip in zip(inputs, came, strict=True)
        ]
        assert the_one(explained) is None
        assert (
            the_one(agreeing_absmax(given, clip) for (given, _), clip in zip(inputs, came, strict=True))
            is None
        )


def test_values_that_nobody_foresaw_get_no_name(graders: None) -> None:
    from fake_quantized import thought_of_dynamic, thought_of_static  # type: ignore[import-not-found]

    draw = Draw(5, "unforeseen")
    X = draw.normal(20, 60)
    solution = reference("calibration")
    for bits in (4, 8):
        right = solution.quantize_static(X, 2.0, bits)
        assert thought_of_static(X, 2.0, bits, right) is None
        assert thought_of_static(X, 2.0, bits, right + 0.3 * draw.normal(20, 60)) is None
        assert thought_of_dynamic(X, bits, solution.quantize_dynamic(X, bits)) is None
        assert thought_of_dynamic(X, bits, solution.quantize_dynamic(X.flip(0), bits)) is None
