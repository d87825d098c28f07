"""What wrong ideas about fake quantization and its gradients give on a given layer, and which of them came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from qat_layers import STEP_TOLERANCE, TOLERANCE, Layer
from torch import Tensor

from tutor.grading.checks import nearest

SAME = 2e-3  # how far, relatively, what came may be from a suspect

Suspect = tuple[str, Tensor]


# --- the weights ------------------------------------------------------------------------------------


def thought_of_weights(part: Layer, came: Tensor) -> str | None:
    """The misconception behind what fake_quantize returned, counted in steps of the row."""
    scale = part.scale.double()
    forms = ((idea, W / scale) for idea, W in weight_forms(part))
    return _named(
        came.double() / scale, forms, lambda steps: part.step_error(steps * scale) <= STEP_TOLERANCE
    )


def weight_forms(part: Layer) -> Iterator[Suspect]:
    """Every idea of fake quantization with the weights that it gives, f64[o, i]."""
    W, scale, u, low, high = part.W.double(), part.scale.double(), part.steps, part.low, part.high
    codes = u.clamp(low, high).round()
    yield "not-clipped", u.round() * scale
    levels = high - low + 1
    yield "codes-wrap-around", ((u.round() - low).remainder(levels) + low) * scale
    yield "nothing-is-rounded", u.clamp(low, high) * scale
    yield "nothing-is-rounded", W
    for cut in (torch.trunc, torch.floor, torch.ceil):
        yield "truncated-not-rounded", cut(u.clamp(low, high)) * scale
        yield "truncated-not-rounded", cut(u).clamp(low, high) * scale
    yield "codes-not-scaled-back", codes
    yield "divides-on-the-way-back", codes / scale
    yield "range-not-in-steps", (W.clamp(low, high) / scale).round() * scale
    yield "range-not-in-steps", W.clamp(low, high).round()
    for end in (high, -low, max(high, -low), high + 1):
        if (-end, end) != (low, high):
            yield "one-end-for-both", u.clamp(-end, end).round() * scale
    yield "only-one-end", u.clamp(max=high).round() * scale
    yield "only-one-end", u.clamp(min=low).round() * scale
    for own in own_scales(part.W.double(), low, high):
        yield "scales-of-its-own", (W / own).round().clamp(low, high) * own
    for one in (scale[:1], scale.max(), scale.min(), scale.mean()):
        yield "one-scale-for-all", (W / one).round().clamp(low, high) * one
    if W.shape[0] == W.shape[1]:
        across = part.scale.double().T
        yield "scales-per-column", (W / across).round().clamp(low, high) * across


def own_scales(W: Tensor, low: int, high: int) -> Iterator[Tensor]:
    """Scales that someone takes from the weights, each to broadcast over them."""
    for absmax in (W.abs().amax(dim=1, keepdim=True), W.abs().max().reshape(1, 1)):
        absmax = torch.where(absmax > 0, absmax, 1.0)
        yield absmax / high
        if low != -high:
            yield from (absmax / -low, 2 * absmax / (high - low))


# --- the layer's output -----------------------------------------------------------------------------


def thought_of_output(part: Layer, came: Tensor) -> str | None:
    """The misconception behind what the layer gave for X, f32[n, o]."""
    return _named(came.double(), output_forms(part), lambda Y: part.output_error(Y) <= TOLERANCE)


def output_forms(part: Layer) -> Iterator[Suspect]:
    """Every idea with the layer's output, f64[n, o]; wrong weights with what they make of X are among them."""
    X, W = part.X.double(), part.W.double()
    yield "float-weights-in-the-product", X @ W.T
    for high in (part.high, 127):
        for step in (X.abs().amax(dim=1, keepdim=True) / high, X.abs().max() / high):
            yield "activations-quantized-too", (X / step).round() * step @ part.W_hat.T
    if X.shape[1] == part.scale.shape[0]:
        step = part.scale.double().T
        yield "activations-quantized-too", (X / step).round().clamp(part.low, part.high) * step @ part.W_hat.T
    yield from ((idea, X @ form.T) for idea, form in weight_forms(part) if not torch.equal(form, W))


# --- gradients --------------------------------------------------------------------------------------


def thought_of_weight_gradient(part: Layer, came: Tensor) -> str | None:
    """The misconception behind the gradient with respect to W, f32[o, i]."""

    def right(gradient: Tensor) -> bool:
        return part.weight_gradient_error(gradient) <= TOLERANCE

    if not bool(came.any()) and bool(part.grad_W.any()):
        return "gradient-of-rounding"
    return _named(came.double(), weight_gradient_forms(part), right)


def weight_gradient_forms(part: Layer) -> Iterator[Suspect]:
    """Every idea with the gradient of W that it gives, f64[o, i]."""
    u, low, high, scale = part.steps, part.low, part.high, part.scale.double()
    inside, everywhere = part.inside, torch.ones_like(part.inside)
    codes = u.clamp(low, high).round()
    masks: list[tuple[str, Tensor]] = [
        ("gradient-passes-everywhere", everywhere),
        ("gradient-turned-inside-out", ~inside),
        ("only-one-end", u <= high),
        ("only-one-end", u >= low),
        ("range-not-in-steps", (low <= part.W) & (high >= part.W)),
        ("range-not-in-steps", part.W.abs() <= 1),
        ("range-not-in-steps", u.abs() <= 1),
        ("range-not-in-steps", part.W.abs() <= scale),
        ("end-codes-frozen", (codes > low) & (codes < high)),
        ("end-codes-frozen", (u > low + 1) & (u < high - 1)),
    ]
    ends = {high, -low, high + 1} if low != -high else {high + 1}
    masks += [("one-end-for-both", u.abs() <= end) for end in sorted(ends)]
    for idea, mask in masks:
        yield idea, part.through * mask
    for mask in (inside, everywhere):
        for factor in (scale, 1 / scale):
            yield "chain-rule-cut-short", part.through * factor * mask
    ones = torch.ones_like(part.G).double().T @ part.X.double()
    upstream = ones * inside
    yield from (("upstream-ignored", form) for form in (upstream, ones, upstream / part.G.numel()))
    for count in (part.G.shape[0], part.G.numel()):
        if count > 1:
            yield "averaged-over-the-batch", part.grad_W / count
    yield "sign-of-the-step", -part.grad_W


def thought_of_input_gradient(part: Layer, came: Tensor) -> str | None:
    """The misconception behind the gradient with respect to X, f32[n, i]."""

    def right(gradient: Tensor) -> bool:
        return part.input_gradient_error(gradient) <= TOLERANCE

    return _named(came.double(), input_gradient_forms(part), right)


def input_gradient_forms(part: Layer) -> Iterator[Suspect]:
    """Every idea with the gradient of X that it gives, f64[n, i]."""
    G = part.G.double()
    yield "input-gradient-through-float-weights", G @ part.W.double()
    yield "input-gradient-masked", G @ (part.W_hat * part.inside)
    yield "input-gradient-masked", G @ (part.W.double() * part.inside)
    yield (
        "input-gradient-through-float-weights",
        G @ (part.scale.double() * part.steps.clamp(part.low, part.high)),
    )
    yield "upstream-ignored", torch.ones_like(G) @ part.W_hat
    for count in (G.shape[0], G.numel()):
        if count > 1:
            yield "averaged-over-the-batch", part.grad_X / count
    yield "sign-of-the-step", -part.grad_X
    yield from ((idea, G @ form) for idea, form in weight_forms(part) if idea != "nothing-is-rounded")


# --- which of them ----------------------------------------------------------------------------------


def _named(came: Tensor, suspects: Iterable[Suspect], right: Callable[[Tensor], bool]) -> str | None:
    """The one idea whose result came. Ideas that are right on this input, or alike, are no evidence."""
    if not bool(came.isfinite().all()):
        return None
    told = [
        (idea, form)
        for idea, form in suspects
        if form.shape == came.shape and bool(form.isfinite().all()) and not right(form)
    ]
    named = {f"{idea}--{number}": form for number, (idea, form) in enumerate(told)}
    best = nearest(came, named, tolerance=SAME)
    if best is None:
        return None
    rivals = {
        name.split("--")[0]
        for name, form in named.items()
        if bool((form - named[best]).norm() <= SAME * named[best].norm())
    }
    return rivals.pop() if len(rivals) == 1 else None
