"""Activations of a language model and of a convolutional net, side by side: their features, and int8.

Runs alone: python demo.py --threshold 3. Needs torch, and transformers where TUTOR_MODEL_FOLDER names the
folder of a real model; without it the language model's activations are drawn, and the demo says so.
"""

import argparse
import math
import os
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

CALIBRATION, JUDGED = Path(__file__).with_name("text.txt").read_text(encoding="utf-8").split("\n\n")


# --- the idea: X [tokens, features], W [features, outputs] ----------------------------------------


def round_trip(M, shared_over):
    """M in int8 and back, one scale for all values along ``shared_over``."""
    scale = M.abs().amax(dim=shared_over, keepdim=True) / 127
    scale = torch.where(scale > 0, scale, 1.0)  # only zeros share this scale: any scale gives zeros back
    return torch.round(M / scale) * scale


def per_tensor(X, W):
    """One scale for X, one for W."""
    return round_trip(X, (0, 1)) @ round_trip(W, (0, 1))


def vector_wise(X, W):
    """A scale for each token (row of X) and for each output (column of W)."""
    return round_trip(X, (1,)) @ round_trip(W, (0,))


def outlying(X, threshold):
    """Which features of X have a magnitude beyond the threshold on any token: bool [features]."""
    return (X.abs() > threshold).any(dim=0)


def decomposed(X, W, threshold):
    """LLM.int8(): vector-wise int8 for the regular features, 16 bits for the outliers."""
    loud = outlying(X, threshold)
    return vector_wise(X * ~loud, W) + X[:, loud].half().float() @ W[loud].half().float()


def smoothed(X, W, x_absmax, alpha):
    """SmoothQuant: each feature of X divided by its s, its row of W multiplied; then all of it in int8."""
    w_absmax = W.abs().amax(dim=1)
    s = torch.where((x_absmax > 0) & (w_absmax > 0), x_absmax**alpha / w_absmax ** (1 - alpha), 1.0)
    return vector_wise(X / s, W * s[:, None])


def ways(options):
    """Name -> product of (X, W, what calibration saw of X)."""
    return {
        "one scale each": lambda X, W, seen: per_tensor(X, W),
        "row × column scales": lambda X, W, seen: vector_wise(X, W),
        "outliers in 16 bits": lambda X, W, seen: decomposed(X, W, options.threshold),
        f"smoothed, alpha {options.alpha:g}": lambda X, W, seen: smoothed(X, W, seen, options.alpha),
    }


@contextmanager
def one_thread():
    """On a busy machine several threads wait for each other longer than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


# --- where activations come from ------------------------------------------------------------------


def draw(tokens, features, outliers, magnitude, generator):
    """Activations X [tokens, features], weights W [features, 64], and which features of X are loud."""
    X = torch.randn(tokens, features, generator=generator)
    loud = torch.randperm(features, generator=generator)[:outliers]
    X[:, loud] = -magnitude * (0.75 + 0.5 * torch.rand(tokens, len(loud), generator=generator))
    W = torch.randn(features, 64, generator=generator) / math.sqrt(features)
    return X, W, loud


@cache
def language_model(folder, device):
    """The real model and its two texts as token ids: (model, calibration, judged)."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval().to(device)
    read = AutoTokenizer.from_pretrained(folder)
    texts = (" ".join(text.split()) for text in (CALIBRATION, JUDGED))
    return model, *(read(text, return_tensors="pt").input_ids.to(device) for text in texts)


def images(count, generator):
    """Waves in one of eight directions under noise, f32 [count, 1, 12, 12], and their directions."""
    direction = torch.randint(0, 8, (count,), generator=generator)
    angle, phase, pace = direction * math.pi / 8, *torch.rand(2, count, generator=generator)
    y, x = torch.meshgrid(torch.arange(12.0), torch.arange(12.0), indexing="ij")
    along = x * angle.cos()[:, None, None] + y * angle.sin()[:, None, None]
    wave = torch.sin((0.6 + 0.6 * pace)[:, None, None] * along + 2 * math.pi * phase[:, None, None])
    return (wave + 0.5 * torch.randn(wave.shape, generator=generator))[:, None], direction


@cache
@one_thread()
def convolutional_net(seed):
    """A small net in the manner of MobileNet, trained here: (net, calibration images, images, directions)."""

    def separable(inputs, outputs, stride):
        for conv in (
            nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1, bias=False),
        ):
            yield from (conv, nn.BatchNorm2d(conv.out_channels), nn.ReLU6())

    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        first = (nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU6())
        body = (*separable(16, 16, 1), *separable(16, 32, 2), *separable(32, 32, 1))
        net = nn.Sequential(*first, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 8))
    net = net.double()  # so that every machine arrives at the same weights
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(80):
        X, direction = images(64, generator)
        optimizer.zero_grad()
        functional.cross_entropy(net(X.double()), direction).backward()
        optimizer.step()
    calibration, _ = images(64, generator)
    return net.float().eval(), calibration, *images(256, generator)


# --- layers as products ---------------------------------------------------------------------------


def layers_of(model):
    """Every layer that is a product of features and weights: linear layers and 1 × 1 convolutions."""
    return [
        layer
        for layer in model.modules()
        if isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1))
        if layer is not getattr(model, "lm_head", None)
    ]


def rows(A):
    """Features last, one row for each token or each place of an image."""
    return (A.movedim(1, -1) if A.dim() == 4 else A).flatten(0, -2)


def weights(layer):
    """[features, outputs]"""
    return layer.weight.detach().flatten(1).T


@torch.no_grad()
def inputs_of(model, layers, batch):
    """What enters each of the layers on this batch."""
    found = {}
    hooks = [
        layer.register_forward_pre_hook(lambda layer, args: found.update({layer: rows(args[0])}))
        for layer in layers
    ]
    model(batch)
    for hook in hooks:
        hook.remove()
    return found


@torch.no_grad()
def run_with(model, layers, way, seen, batch):
    """The model's answer with ``way`` in place of the product of each layer."""

    def replace(layer, args, answer):
        Y = way(rows(args[0]), weights(layer), seen[layer].abs().amax(dim=0))
        if layer.bias is not None:
            Y = Y + layer.bias
        return Y.view_as(answer.movedim(1, -1)).movedim(-1, 1) if answer.dim() == 4 else Y.view_as(answer)

    hooks = [layer.register_forward_hook(replace) for layer in layers]
    answer = model(batch)
    for hook in hooks:
        hook.remove()
    return answer


# --- the run --------------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def bar(value, top, width=24):
    return "█" * math.ceil(width * value / top) if top > 0 else ""


def strip(values):
    """One block for each feature, or for the largest of a few neighbours."""
    parts = [part.max().item() for part in values.tensor_split(min(64, len(values)))]
    top = max(*parts, 1e-9)
    return "".join("▁▂▃▄▅▆▇█"[min(7, int(8 * part / top))] for part in parts)


def show_features(X, threshold):
    sizes = X.abs().amax(dim=0)
    loudest = int(sizes.argmax())
    beyond = int((X[:, loudest].abs() > threshold).sum())
    found = int(outlying(X, threshold).sum())
    say(f"   {strip(sizes)}")
    say(f"   loudest {sizes.max():.2f} (feature {loudest}), median feature {sizes.median():.2f}")
    say(f"   {found} of {len(sizes)} exceed {threshold:g}: {100 * found / len(sizes):.1f} % of the features")
    say(f"   the loudest exceeds it on {beyond} of {len(X)} rows")


def show_blocks(blocks, inputs):
    """The loudest feature of what enters the attention of every fourth block."""
    say("   block   median  second loudest  loudest")
    for number in sorted({*range(0, len(blocks), 4), len(blocks) - 1}):
        sizes = inputs[blocks[number].self_attn.q_proj].abs().amax(dim=0).sort().values
        median, second, loudest = (sizes[i].item() for i in (len(sizes) // 2, -2, -1))
        loud_bar = bar(min(loudest, 16), 16, 32)
        say(f"   {number:>5}  {median:>7.2f}  {second:>14.2f}  {loudest:>7.2f}  {loud_bar}")
    say("   See: the distance of the last two columns, and where it begins.")
    say()


def regular_error(X, threshold):
    """The relative error of the regular features of X, by each way of choosing the scales."""
    loud = outlying(X, threshold)
    calm = X * ~loud
    if not calm.any():
        return {}
    errors = {
        "one scale": (round_trip(X, (0, 1)) - X) * ~loud,
        "a scale per token": (round_trip(X, (1,)) - X) * ~loud,
        "outliers set aside": round_trip(calm, (1,)) - calm,
    }
    return {way: (error.norm() / calm.norm()).item() for way, error in errors.items()}


def real_layer(folder, options, device):
    """The layer asked for, of the real model: what the parts below need of it."""
    say("Model        SmolLM2-135M-Instruct, read from a file that holds it in 4 bits")
    model, calibration, batch = language_model(folder, device)
    layers = layers_of(model)
    seen, inputs = (inputs_of(model, layers, ids) for ids in (calibration, batch))
    blocks = model.model.layers
    say()
    say("1. What enters the attention of the language model: its loudest features")
    show_blocks(blocks, inputs)
    number = min(options.layer, len(blocks) - 1)
    attention, mlp = blocks[number].self_attn, blocks[number].mlp
    side_by_side = {
        "attention": (attention.q_proj, attention.k_proj, attention.v_proj),
        "mlp": (mlp.gate_proj, mlp.up_proj),
        "down": (mlp.down_proj,),
    }[options.place]
    X, X_seen = inputs[side_by_side[0]], seen[side_by_side[0]]
    W = torch.cat([weights(layer) for layer in side_by_side], dim=1)
    say(f"   Block {number}, {options.place}: {X.shape[0]} tokens × {X.shape[1]} features")
    return X, W, X_seen.abs().amax(dim=0), (model, layers, seen, batch)


def drawn_layer(options, device):
    """The same where there is no model: activations made up after what papers report."""
    say("Model        none: the language model's activations are DRAWN, not measured.")
    if not os.environ.get("TUTOR_MODEL_FOLDER"):
        say("             'tutor model fetch' brings a real one; then run this again.")
    generator = torch.Generator().manual_seed(options.seed)
    X, W, loud = draw(32, 256, options.outliers, options.magnitude, generator)
    X_seen = torch.randn(32, 256, generator=generator)
    X_seen[:, loud] = X[:, loud].flip(0)
    say()
    say(f"1. Drawn: 32 tokens × 256 features, {options.outliers} of about -{options.magnitude:g}")
    return X.to(device), W.to(device), X_seen.abs().amax(dim=0).to(device), None


def show_errors(products, language, vision):
    """The errors of one layer of each model, in every way. A layer is (X, W, what calibration saw)."""
    errors = {}
    for way, product in products.items():
        both = ((product(*layer), layer[0].double() @ layer[1].double()) for layer in (language, vision))
        errors[way] = [100 * ((Y - exact).norm() / exact.norm().clamp(min=1e-30)).item() for Y, exact in both]
    top = max(map(max, errors.values()))
    say("3. Relative error of the product in int8")
    say(f"   {'':<20} language model{'':<12} convolutional net")
    for way, both in errors.items():
        left, right = (f"{error:>7.3f} % {bar(error, top, 16):<16}" for error in both)
        say(f"   {way:<20} {left} {right}".rstrip())
    say("   See: what row and column scales gain on the left, and the last two ways.")
    say()


@torch.no_grad()
def show_models(products, language, vision):
    """What the models as a whole do in every way. A model is (model, layers, calibration, batch)."""
    net, net_layers, net_seen, pictures, directions = vision
    say("5. The whole models, all of these layers in int8")
    say(f"   {'':<20} {'perplexity' if language else '':>12}   images told right")
    for way, product in {"as it is": None, **products}.items():
        perplexity = ""
        if language:
            model, layers, seen, batch = language
            answer = run_with(model, layers, product, seen, batch) if product else model(batch)
            loss = functional.cross_entropy(answer.logits[0, :-1], batch[0, 1:])
            perplexity = f"{loss.exp().item():.2f}"
        answer = run_with(net, net_layers, product, net_seen, pictures) if product else net(pictures)
        share = 100 * (answer.argmax(dim=1) == directions).float().mean().item()
        say(f"   {way:<20} {perplexity:>12}   {share:>15.1f} %")
    if language:
        say(f"   The perplexity is that of {batch.shape[1]} tokens: compare it with nothing but itself.")


@one_thread()
def main(options):
    device = torch.device(options.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device       {name}, torch {torch.__version__}")
    folder = os.environ.get("TUTOR_MODEL_FOLDER") if options.model == "real" else None
    X, W, seen, language = real_layer(folder, options, device) if folder else drawn_layer(options, device)
    show_features(X, options.threshold)
    say()

    net, images_seen, pictures, directions = convolutional_net(options.seed)
    net_layers = layers_of(net)
    net_seen = inputs_of(net, net_layers, images_seen)
    middle = net_layers[2]
    A = inputs_of(net, net_layers, pictures)[middle][:2048]
    say(f"2. A convolutional net, trained here: {len(A)} places × {A.shape[1]} features")
    show_features(A, options.threshold)
    say("   See: how far the loudest feature is from the median, here and above.")
    say()

    products = ways(options)
    show_errors(products, (X, W, seen), (A, weights(middle), net_seen[middle].abs().amax(dim=0)))
    say("4. Relative error of the language model's regular features alone")
    regulars = regular_error(X, options.threshold)
    for way, error in regulars.items():
        say(f"   {way:<20} {100 * error:>7.3f} %")
    if not regulars:
        say("   there are none: every feature exceeds the threshold")
    say()
    show_models(products, language, (net, net_layers, net_seen, pictures, directions))


# --- the options ----------------------------------------------------------------------------------


def between(kind, low, high):
    """An argparse type: a number of ``kind`` from ``low`` to ``high``; NaN is neither."""

    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of the kind wanted here") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
        return value

    return parse


def parse_options(arguments=None):
    parser = argparse.ArgumentParser(description="Outlier features, and what they do to int8.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--model", choices=("real", "drawn"), default="real")
    parser.add_argument("--layer", type=between(int, 0, 29), default=12)
    parser.add_argument("--place", choices=("attention", "mlp", "down"), default="attention")
    parser.add_argument("--threshold", type=between(float, 0, 1e6), default=6.0)
    parser.add_argument("--alpha", type=between(float, 0, 1), default=0.5)
    parser.add_argument("--outliers", type=between(int, 0, 64), default=2)
    parser.add_argument("--magnitude", type=between(float, 0, 1e4), default=60.0)
    parser.add_argument("--seed", type=between(int, 0, 2**32 - 1), default=0)
    options = parser.parse_args(arguments)

    if options.device == "auto":
        options.device = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = options.device.partition(":")
    if options.device != "cpu" and (kind != "cuda" or (":" in options.device and not index.isdecimal())):
        parser.error(f"--device {options.device}: use auto, cpu, cuda or cuda:N")
    if kind == "cuda" and int(index or 0) >= torch.cuda.device_count():
        print(f"--device {options.device}: no such GPU here. Use --device cpu.", file=sys.stderr)
        sys.exit(3)
    return options


if __name__ == "__main__":
    main(parse_options())
