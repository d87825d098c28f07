"""Hidden checks of capstone: a language model, quantized by the learner's own functions, within a budget of bytes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from capstone_thoughts import thought_behind_budget, thought_behind_perplexity
from known_models import bitsandbytes_int8, bitsandbytes_nf4, convert, sixteen_bits
from language_models import Layer, Windows, linear_layers, load, perplexity
from model_runs import Quantized, picked, restored, run, statistics

FACTOR = 1.05  # of NF4's perplexity
PLOT = ("bytes", "perplexity")
SMALL = ((24, 64), (17, 50), (40, 192))  # outputs and inputs of the layers that are tried first
FAR_OFF = 0.9  # an error of this share of the outputs is none of rounding
DAMAGE_SHOWN = 12


@dataclass
class Grading:
    """What one check leaves to the next: reading a model once is enough."""

    quantized: Quantized | None = None
    windows: Windows | None = None
    nf4: float = 0.0
    own: float = 0.0


grading = Grading()


def small_layers(draw) -> list[tuple[Layer, torch.Tensor]]:
    """Layers with inputs that belong together; one output has zero weights, one input is always zero."""
    made = []
    for number, (outputs, inputs) in enumerate(SMALL):
        module = torch.nn.Linear(inputs, outputs, bias=False)
        module.weight.data = draw.normal(outputs, inputs) * draw.uniform(0.01, 0.1)
        module.weight.data[draw.integer(0, outputs - 1)] = 0
        X = draw.normal(256, inputs) @ (torch.eye(inputs) + 0.3 * draw.normal(inputs, inputs) / inputs**0.5)
        X[:, draw.integer(0, inputs - 1)] = 0
        made.append((Layer(f"small.{number}", module), X))
    return made


@torch.no_grad()
def test_small_layers(solution, draw, expect, measure):
    """Small layers go through your functions and come back"""
    layers = small_layers(draw)
    budget = sum(layer.weight.numel() for layer, _ in layers)  # a byte a weight
    bits = picked(solution, expect, [layer for layer, _ in layers], budget)
    for (layer, X), chosen in zip(layers, bits, strict=True):
        W = layer.weight
        payload = solution.quantize_linear(W.clone(), statistics(layer.name, chosen, X))
        W_hat = restored(solution, expect, payload, "a small layer", layer.shape)
        zeros = W.abs().amax(dim=1) == 0
        expect(
            not W_hat[zeros].any(),
            expected="zeros for an output whose weights are all zero",
            came="other numbers",
        )
        error = float((X @ (W - W_hat).T).norm() / (X @ W.T).norm())
        cosine = float(torch.nn.functional.cosine_similarity(W.flatten(), W_hat.flatten(), dim=0))
        measure(
            "error of the outputs",
            error,
            FAR_OFF,
            "of their norm",
            misconception="scales-forgotten" if cosine > 0.9 and error > FAR_OFF else None,
        )


@torch.no_grad()
def test_budget(solution, draw, expect, measure, model_folder, device, working):
    """All layers of the model together keep to the budget"""
    grading.windows = Windows(model_folder, draw, device)
    model = load(model_folder, device)
    done = run(solution, expect, model, linear_layers(model), grading.windows.calibration, working)
    grading.quantized = done
    measure("payload", done.bytes, done.budget, "bytes", misconception=lambda: thought_behind_budget(done))


@torch.no_grad()
def test_perplexity(expect, measure, model_folder, device, working, table):
    """The quantized model reads held-out text nearly as well as with NF4"""
    done, windows = grading.quantized, grading.windows
    expect(done is not None, expected="a model whose layers all came back", came="none, see the check before")
    working("reading with your weights", 1, 4)
    grading.own = perplexity(done.model, windows.held_out)
    rows = [("yours", done.bytes, _bits_a_weight(done.bytes, done), grading.own)]
    known = (
        ("bitsandbytes NF4", bitsandbytes_nf4),
        ("bitsandbytes int8", bitsandbytes_int8),
        ("16 bits", sixteen_bits),
    )
    for number, (name, scheme) in enumerate(known, 2):
        working(f"reading with {name}", number, 4)
        model = load(model_folder, device)
        count = convert(model, linear_layers(model), windows.calibration, scheme)
        level = perplexity(model, windows.held_out)
        rows.append((name, count, _bits_a_weight(count, done), level))
        if scheme is bitsandbytes_nf4:
            grading.nf4 = level
        del model
    table("Perplexity against bytes", ("scheme", "bytes", "bits a weight", "perplexity"), rows, PLOT)
    damaged = sorted(done.results, key=lambda one: -one.error)[:DAMAGE_SHOWN]
    table(
        "The layers that lost most",
        ("layer", "bits", "bytes", "bits a weight", "error %"),
        [(one.layer.name, one.bits, one.bytes, one.bits_a_weight, 100 * one.error) for one in damaged],
    )
    measure(
        "perplexity",
        grading.own,
        FACTOR * grading.nf4,
        expected=f"a perplexity of at most {FACTOR * grading.nf4:.4g}, {FACTOR} × that of NF4",
        misconception=lambda: thought_behind_perplexity(
            done, model_folder, device, windows.held_out, FACTOR * grading.nf4
        ),
    )


@pytest.mark.optional
def test_gold(measure):
    """Gold: better than NF4, in fewer bytes"""
    done = grading.quantized
    if done is None or not grading.nf4 or done.bytes > done.budget or not grading.own <= FACTOR * grading.nf4:
        pytest.skip("gold comes after the pass")
    measure("perplexity", grading.own, grading.nf4, expected=f"a perplexity below NF4's {grading.nf4:.4g}")


def _bits_a_weight(count: int, done: Quantized) -> float:
    return 8 * count / sum(result.layer.shape[0] * result.layer.shape[1] for result in done.results)
