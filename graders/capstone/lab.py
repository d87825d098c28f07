"""A solution of capstone on any model, beside the known schemes: figures, and no limits."""

from __future__ import annotations

import time

import torch
from known_models import (
    awq_int4,
    bitsandbytes_int8,
    bitsandbytes_nf4,
    convert,
    gptq_int4,
    nearest_int4,
    sixteen_bits,
)
from language_models import Windows, linear_layers, load, perplexity
from model_runs import run

KNOWN = {
    "16 bits": sixteen_bits,
    "bitsandbytes int8": bitsandbytes_int8,
    "bitsandbytes NF4": bitsandbytes_nf4,
    "nearest int4": nearest_int4,
    "GPTQ int4": gptq_int4,
    "AWQ int4": awq_int4,
}


@torch.no_grad()
def test_lab(solution, draw, expect, model_folder, device, working, table):
    """A quantizer beside int8, NF4, GPTQ and AWQ on one model"""
    windows = Windows(model_folder, draw, device)
    weights = 0
    rows = []

    def add(name: str, count: int, began: float, model) -> None:
        level = perplexity(model, windows.held_out)
        rows.append((name, count, 8 * count / weights, level, time.monotonic() - began))

    began = time.monotonic()
    model = load(model_folder, device)
    layers = linear_layers(model)
    weights = sum(layer.weight.numel() for layer in layers)
    done = run(solution, expect, model, layers, windows.calibration, working)
    add("yours", done.bytes, began, model)
    table(
        "Layers, by what they lost",
        ("layer", "bits", "bytes", "bits a weight", "error %"),
        [
            (one.layer.name, one.bits, one.bytes, one.bits_a_weight, 100 * one.error)
            for one in sorted(done.results, key=lambda one: -one.error)
        ],
    )
    del model, layers, done
    for number, (name, scheme) in enumerate(KNOWN.items(), 1):
        working(name, number, len(KNOWN))
        began = time.monotonic()
        model = load(model_folder, device)
        add(name, convert(model, linear_layers(model), windows.calibration, scheme), began, model)
        del model
    table("Perplexity against bytes", ("scheme", "bytes", "bits a weight", "perplexity", "seconds"), rows)
