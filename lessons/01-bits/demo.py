"""One weight matrix, sent through a few bits and back; then the same with one weight far too large.

Runs alone: python demo.py --outlier 20 --granularity row. Needs torch and nothing else.
"""

import argparse
import math
import sys

import torch

GROUP = 16  # columns that share a scale when the granularity is "group"


# --- the idea ---------------------------------------------------------------------------------


def peaks(W, granularity):
    """For every weight: the largest magnitude among the weights that share its scale. Shape of W."""
    size = W.abs()
    if granularity == "row":
        return size.amax(dim=1, keepdim=True).expand_as(W)
    if granularity == "column":
        return size.amax(dim=0, keepdim=True).expand_as(W)
    if granularity == "group":
        parts = size.split(GROUP, dim=1)
        return torch.cat([part.amax(dim=1, keepdim=True).expand_as(part) for part in parts], dim=1)
    return size.max().expand_as(W)


def round_trip(W, bits, granularity):
    """Quantize and dequantize W: (codes, the scale of every weight, what comes back), each of W's shape."""
    levels = 2 ** (bits - 1) - 1  # 127 for 8 bits: codes -127 ... 127
    scale = peaks(W, granularity) / levels
    scale = torch.where(scale > 0, scale, 1.0)  # only zeros share this scale: any scale gives zeros back
    q = torch.round(W / scale)
    return q, scale, q * scale


def number_of_scales(W, granularity):
    rows, columns = W.shape
    return {
        "tensor": 1,
        "row": rows,
        "column": columns,
        "group": rows * math.ceil(columns / GROUP),
    }[granularity]


# --- the pictures -----------------------------------------------------------------------------


def bars(values, edges):
    """One text bar a bin, with its count. The longest bar belongs to the fullest bin."""
    counts = torch.histogram(values.cpu(), edges).hist.int().tolist()
    top = max(*counts, 1)
    width = 17 - max(5, len(f"{top:,}"))
    return [f"{'█' * math.ceil(width * n / top)} {n:,}" if n else "·" for n in counts]


def histogram(columns):
    """Several sets of weights over the same bins, side by side. ``columns``: title -> values."""
    first = next(iter(columns.values()))
    limit = max(first.abs().max().item(), 1e-6)
    edges = torch.linspace(-limit, limit, 16)
    drawn = [bars(values.clamp(-limit, limit), edges) for values in columns.values()]
    say("   weight about  " + "".join(f"{title:<19}" for title in columns).rstrip())
    for i in range(15):
        middle = (edges[i] + edges[i + 1]).item() / 2
        middle = 0.0 if abs(middle) < 1e-6 else middle
        say(f"   {middle:>12.2f}  " + "".join(f"{part[i]:<19}" for part in drawn).rstrip())


def strip(errors, top):
    """The mean error of each row as one line of blocks; ``top`` is a full block."""
    rows = [part.mean().item() for part in errors.mean(dim=1).tensor_split(min(64, len(errors)))]
    return "".join(" ▁▂▃▄▅▆▇█"[min(8, math.ceil(8 * row / top)) if top else 0] for row in rows)


# --- the run ----------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def report(W, others, bits, granularity):
    """Print one round trip and return (what came back, the error of every weight)."""
    q, scale, W_hat = round_trip(W, bits, granularity)
    error = (W - W_hat).abs()
    low, high = scale.min().item(), scale.max().item()
    seen, among = error[others], q[others]
    say(f"   scale          {low:.5g}" + (f" … {high:.5g}" if high > low else ""))
    if len(seen):
        say(f"   mean error     {seen.mean().item():.5g}")
        say(f"   largest error  {seen.max().item():.5g}   (half a step: {high / 2:.5g})")
        say(f"   became zero    {(among == 0).sum().item():,} of {len(among):,}")
        say(f"   codes in use   {len(among.unique()):,} of {2**bits - 1:,}")
    else:
        say("   there is no other weight")
    return W_hat, error


def main(options):
    device = torch.device(options.device)
    n, bits, granularity = options.size, options.bits, options.granularity
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device   {name}, torch {torch.__version__}")

    # Drawn on the CPU, so that a seed means the same weights on every device.
    W = torch.randn(n, n, generator=torch.Generator().manual_seed(options.seed)).to(device)
    say(f"Weights  {n}×{n} = {n * n:,}, normally distributed, seed {options.seed}, fp32")
    say()

    everyone = torch.ones_like(W, dtype=torch.bool)
    scales = number_of_scales(W, granularity)
    codes = math.ceil(n * n * bits / 8)
    say(f"1. Round trip: {bits}-bit codes, one scale per {granularity}")
    say(f"   bytes before   {4 * n * n:,}")
    say(f"   bytes after    {codes + 4 * scales:,}   ({codes:,} of codes, {4 * scales:,} of scales)")
    calm_hat, calm_error = report(W, everyone, bits, granularity)
    say()

    i = j = n // 2
    loud = W.clone()
    loud[i, j] = options.outlier
    others = everyone.clone()
    others[i, j] = False
    say(f"2. Row {i}, column {j} set to {options.outlier:g}; all other weights are judged")
    loud_hat, loud_error = report(loud, others, bits, granularity)
    say()
    if n == 1:
        return

    say("3. All weights but that one, before and after")
    histogram({"as drawn": W[others], "1. came back": calm_hat[others], "2. came back": loud_hat[others]})
    say("   See: how many bins are left in the last column. Values past an edge")
    say("   are counted in its bin.")
    say()

    calm_error, loud_error = calm_error * others, loud_error * others
    top = max(calm_error.mean(dim=1).max().item(), loud_error.mean(dim=1).max().item())
    say("4. Mean error of each row, the first row on the left (a full block: " + f"{top:.3g})")
    say(f"   1. {strip(calm_error, top)}")
    say(f"   2. {strip(loud_error, top)}")
    say("   See: which rows pay for the one weight.")


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
    parser = argparse.ArgumentParser(description="A matrix through few bits and back.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--seed", type=between(int, 0, 2**32 - 1), default=0)
    parser.add_argument("--size", type=between(int, 1, 2048), default=64)
    parser.add_argument("--outlier", type=between(float, -1e6, 1e6), default=1000.0)
    parser.add_argument("--bits", type=between(int, 2, 8), default=8)
    parser.add_argument("--granularity", choices=("tensor", "row", "column", "group"), default="tensor")
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
