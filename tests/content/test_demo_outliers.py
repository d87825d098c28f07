"""The demo of Outliers: its figures against an independent computation, and the real model's as stated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from tests.content.claims import source
from tests.content.claims_outliers import REGULARS
from tests.content.demos import module, output, output_on, part_on
from tests.content.lesson_text import lesson

WAYS = ("one scale each", "row × column scales", "outliers in 16 bits", "smoothed, alpha")


def both_errors(text: str) -> dict[str, tuple[float, float]]:
    """Way -> error of the language model's product and of the net's, in percent."""
    found = {}
    for way in WAYS:
        line = re.search(rf"(?m)^   {way}[ \d.]*? +(\d+\.\d+) % █+ +(\d+\.\d+) %", text)
        assert line, way
        found[way] = (float(line[1]), float(line[2]))
    return found


def whole_models(text: str) -> dict[str, list[str]]:
    part = text.split("The whole models")[1]
    return {way: re.findall(rf"(?m)^   {way}.*$", part)[0].split()[-3:] for way in ("as it is", *WAYS)}


def rounded(M: torch.Tensor, *dim: int) -> torch.Tensor:
    scale = M.abs().amax(dim=dim, keepdim=True).clamp(min=1e-30) / 127
    return torch.round(M / scale) * scale


def test_the_drawn_product_has_the_errors_that_the_formulas_give() -> None:
    text = output("outliers", "--seed", "5", "--outliers", "3", "--alpha", "0.7")
    generator = torch.Generator().manual_seed(5)
    X, W, where = module("outliers").draw(32, 256, 3, 60.0, generator)
    seen = torch.randn(32, 256, generator=generator)
    seen[:, where] = X[:, where]  # the same maxima, whatever the order
    X, W, loud = X.double(), W.double(), (X.abs() > 6).any(dim=0)
    s = seen.double().abs().amax(dim=0) ** 0.7 / W.abs().amax(dim=1) ** 0.3

    exact = X @ W
    products = {
        "one scale each": rounded(X, 0, 1) @ rounded(W, 0, 1),
        "row × column scales": rounded(X, 1) @ rounded(W, 0),
        "outliers in 16 bits": rounded(X * ~loud, 1) @ rounded(W, 0)
        + X[:, loud].half().double() @ W[loud].half().double(),
        "smoothed, alpha": rounded(X / s, 1) @ rounded(W * s[:, None], 0),
    }
    assert int(loud.sum()) == 3
    for way, (shown, _) in both_errors(text).items():
        error = 100 * float((products[way] - exact).norm() / exact.norm())
        assert shown == pytest.approx(error, rel=0.02, abs=2e-3), way


def test_the_net_has_tame_activations_and_loses_nothing() -> None:
    demo = module("outliers")
    net, _, pictures, directions = demo.convolutional_net(0)
    layers = demo.layers_of(net)
    inputs = demo.inputs_of(net, layers, pictures)
    assert len(layers) == 4
    assert all(float(A.abs().max()) <= 6 for A in inputs.values()), "ReLU6 cuts at 6"
    W = layers[2].weight.detach().flatten(1).T
    assert torch.equal(demo.weights(layers[2]), W)
    with torch.no_grad():
        again = demo.run_with(net, layers, lambda X, W, seen: X @ W, inputs, pictures)
        assert torch.allclose(again, net(pictures), atol=1e-4)
        right = (net(pictures).argmax(dim=1) == directions).float().mean()
    assert float(right) > 0.97
    assert {share for *_, share, _ in whole_models(output("outliers")).values()} == {"100.0"}


def test_it_trains_the_same_net_each_time() -> None:
    demo = module("outliers")
    first = demo.convolutional_net(7)[0]
    demo.convolutional_net.cache_clear()
    again = demo.convolutional_net(7)[0]
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_without_the_real_model_it_says_that_it_draws_and_how_to_fetch_one() -> None:
    text = output("outliers")
    assert "DRAWN, not measured" in text
    assert "'tutor model fetch'" in text


def test_the_lesson_says_where_the_models_weights_come_from() -> None:
    steps = {step.id: step.markdown for step in lesson("outliers").steps}
    assert "holds them in 4 bits" in " ".join(steps["demo"].split())


# --- the real model ---------------------------------------------------------------------------


@pytest.mark.slow
def test_the_real_model_gives_the_figures_that_the_lesson_states(real_model: Path) -> None:
    text, stated = output_on(real_model, "outliers"), source("outliers-demo")
    for block in (0, 12):
        row = re.search(rf"(?m)^ +{block} +([\d.]+) +([\d.]+) +([\d.]+)", text)
        assert row
        wanted = stated[f"attention of block {block}: median, second loudest, loudest feature"]
        assert [float(n) for n in row.groups()] == pytest.approx(wanted, rel=0.02)
    count, of = stated["features of block 12 beyond 6, of"]
    assert f"{count} of {of} exceed 6" in text
    tokens, of = stated["tokens on which the loudest is beyond 6, of"]
    assert f"exceeds it on {tokens} of {of} rows" in text
    errors = [left for left, _ in both_errors(text).values()]
    assert errors == pytest.approx(stated["error of the product of block 12"], rel=0.03)
    regulars = re.findall(r"(?m)^   (?:one scale|a scale per token|outliers set aside) +([\d.]+) %$", text)
    assert [float(error) for error in regulars] == pytest.approx(stated[REGULARS], rel=0.03)
    whole = whole_models(text)
    assert float(whole["as it is"][0]) == pytest.approx(stated["perplexity as it is"], rel=0.01)
    perplexities = [float(whole[way][0]) for way in WAYS]
    assert perplexities[0] == pytest.approx(stated["perplexity"][0], rel=0.1)
    assert perplexities[1:] == pytest.approx(stated["perplexity"][1:], rel=0.04)


@pytest.mark.slow
def test_a_feature_of_block_11_is_loud_on_one_token_only(real_model: Path) -> None:
    demo, stated = module("outliers"), source("outliers-demo")
    text = part_on(
        real_model, "outliers", "--layer=11", "--place=down", without=["show_errors", "show_models"]
    )
    demo.language_model.cache_clear()
    loudest, tokens = stated["down of block 11: loudest feature, tokens on which it is beyond 6"]
    found = re.search(r"loudest ([\d.]+) \(feature", text)
    assert found
    assert float(found[1]) == pytest.approx(loudest, rel=0.01)
    assert f"exceeds it on {tokens} of 128 rows" in text
    regular = stated["down of block 11: regular features with one scale"]
    assert re.search(rf"(?m)^   one scale +{regular:.3f} %$", text), "nothing of the others is left"
