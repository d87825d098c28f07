"""Activations with a few very large features, times weights, in int8: three ways and their errors.

Runs alone: python demo.py --outliers 6 --threshold 3. Needs torch and nothing else.
"""

import argparse
import math
import sys

import torch

# --- the idea ---------------------------------------------------------------------------------


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


def decomposed(X, W, threshold):
    """Vector-wise int8 for the regular features, 16 bits for those that reach the threshold."""
    loud = (X.abs() >= threshold).any(dim=0)  # [features]
    sixteen = (X * loud).half().float() @ W.half().float()
    return vector_wise(X * ~loud, W) + sixteen


def draw(tokens, features, outliers, magnitude, generator):
    """Activations X [tokens, features], weights W [features, 64], and which features of X are loud."""
    X = torch.randn(tokens, features, generator=generator)
    loud = torch.randperm(features, generator=generator)[:outliers]
    X[:, loud] = -magnitude * (0.75 + 0.5 * torch.rand(tokens, len(loud), generator=generator))
    W = torch.randn(features, 64, generator=generator) / math.sqrt(features)
    return X, W, loud


# --- the run ----------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def strip(values):
    """One block for each feature, or for the largest of a few neighbours."""
    parts = [part.max().item() for part in values.tensor_split(min(64, len(values)))]
    top = max(*parts, 1e-9)
    return "".join("▁▂▃▄▅▆▇█"[min(7, int(8 * part / top))] for part in parts)


def main(options):
    device = torch.device(options.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device       {name}, torch {torch.__version__}")

    # Drawn on the CPU, so that a seed means the same numbers on every device.
    generator = torch.Generator().manual_seed(options.seed)
    outliers = min(options.outliers, options.features)
    X, W, loud = draw(options.tokens, options.features, outliers, options.magnitude, generator)
    X, W = X.to(device), W.to(device)
    say(f"Activations  {options.tokens} tokens × {options.features} features, seed {options.seed}")
    others = [f for f in range(options.features) if f not in loud.tolist()]
    rest = f"the others are below {X[:, others].abs().max():.2f}" if others else "there are no others"
    say(f"Outliers     {outliers} features of about -{options.magnitude:g}; {rest}")
    say()

    say("1. The largest magnitude of each feature")
    say(f"   {strip(X.abs().amax(dim=0))}")
    found = int((X.abs() >= options.threshold).any(dim=0).sum())
    share = 100 * found / options.features
    say(f"   {found} reach the threshold {options.threshold:g}: {share:.1f} % of the features")
    say("   See: how few stand out, and by how much.")
    say()

    exact = X.double() @ W.double()
    ways = {
        "one scale each": per_tensor(X, W),
        "row × column scales": vector_wise(X, W),
        "outliers in 16 bits": decomposed(X, W, options.threshold),
    }
    errors = {way: ((Y - exact).norm() / exact.norm()).item() for way, Y in ways.items()}
    regulars = regular_error(X, options.threshold)
    say("2. Relative error of the product X W")
    top = max(errors.values())
    for way, error in errors.items():
        bar = "█" * math.ceil(36 * error / top) if top else ""
        say(f"   {way:<20} {100 * error:>7.3f} %  {bar}")
    say("   See: the length of the last bar against the other two.")
    say()
    say("3. Relative error of the regular features of X alone")
    for way, error in regulars.items():
        say(f"   {way:<20} {100 * error:>7.3f} %")
    if not regulars:
        say("   there are none: every feature reaches the threshold")


def regular_error(X, threshold):
    """The relative error of the regular features of X, by each way of choosing the scales."""
    loud = (X.abs() >= threshold).any(dim=0)
    if loud.all():
        return {}
    calm = X * ~loud
    size = max(calm.norm().item(), 1e-9)
    return {
        "one scale": ((round_trip(X, (0, 1)) - X) * ~loud).norm().item() / size,
        "a scale per token": ((round_trip(X, (1,)) - X) * ~loud).norm().item() / size,
        "outliers set aside": (round_trip(calm, (1,)) - calm).norm().item() / size,
    }


# --- the options ------------------------------------------------------------------------------


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
    parser = argparse.ArgumentParser(description="A matrix product in int8, with outlier features.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--seed", type=between(int, 0, 2**32 - 1), default=0)
    parser.add_argument("--tokens", type=between(int, 1, 512), default=32)
    parser.add_argument("--features", type=between(int, 1, 4096), default=256)
    parser.add_argument("--outliers", type=between(int, 0, 64), default=2)
    parser.add_argument("--magnitude", type=between(float, 0, 1e4), default=60.0)
    parser.add_argument("--threshold", type=between(float, 0, 1e6), default=6.0)
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
