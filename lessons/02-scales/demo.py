"""Three granularities against four matrices: which scales keep a loud neighbour's damage small?

Runs alone: python demo.py --loud 200 --bits 4. Needs torch and nothing else.
"""

import argparse
import math
import sys

import torch

# --- the idea ---------------------------------------------------------------------------------


def round_trip(W, bits, granularity):
    """Quantize and dequantize W [rows, columns] with one scale per tensor, row or column."""
    levels = 2 ** (bits - 1) - 1
    shared_over = {"tensor": (0, 1), "row": (1,), "column": (0,)}[granularity]
    scale = W.abs().amax(dim=shared_over, keepdim=True) / levels
    scale = torch.where(scale > 0, scale, 1.0)  # only zeros share this scale: any scale gives zeros back
    return torch.round(W / scale) * scale


def matrices(W, loud):
    """The drawn matrix, and three copies with a loud part: (name, matrix, where it is loud)."""
    quiet = torch.zeros_like(W, dtype=torch.bool)
    middle = len(W) // 2
    yield "as drawn", W, quiet
    for name, part in (
        ("one weight", (middle, middle)),
        ("one row", (middle, slice(None))),
        ("one column", (slice(None), middle)),
    ):
        where = quiet.clone()
        where[part] = True
        yield name, torch.where(where, loud * W.sign(), W), where


# --- the run ----------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def strip(errors, top):
    """The mean error of each row as one line of blocks; ``top`` is a full block."""
    rows = [part.mean().item() for part in errors.mean(dim=1).tensor_split(min(48, len(errors)))]
    return "".join(" ▁▂▃▄▅▆▇█"[min(8, math.ceil(8 * row / top)) if top else 0] for row in rows)


def main(options):
    device = torch.device(options.device)
    n, bits = options.size, options.bits
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device   {name}, torch {torch.__version__}")

    # Drawn on the CPU, so that a seed means the same weights on every device.
    W = torch.randn(n, n, generator=torch.Generator().manual_seed(options.seed)).to(device)
    say(f"Weights  {n}×{n}, normally distributed, seed {options.seed}; {bits}-bit codes, fp32 scales")
    say(f"Loud     the middle weight, row or column set to {options.loud:g} or -{options.loud:g}")
    say()

    granularities = ("tensor", "row", "column")
    codes = math.ceil(n * n * bits / 8)
    say(f"   {'one scale per':<16}" + "".join(f"{g:>12}" for g in granularities))
    scales = {"tensor": 1, "row": n, "column": n}
    say(f"   {'bytes':<16}" + "".join(f"{codes + 4 * scales[g]:>12,}" for g in granularities))
    say()
    say("   mean error of the weights that are not loud")
    by_row = {}
    for title, M, loud in matrices(W, options.loud):
        errors = {g: (M - round_trip(M, bits, g)).abs() * ~loud for g in granularities}
        quiet = max(int((~loud).sum()), 1)
        say(f"   {title:<16}" + "".join(f"{errors[g].sum().item() / quiet:>12.5f}" for g in granularities))
        by_row[title] = errors["row"]
    say()

    top = max(errors.mean(dim=1).max().item() for errors in by_row.values())
    say(f"   Row scales: mean error of each row, first row left (full block: {top:.3g})")
    for title, errors in by_row.items():
        say(f"   {title:<16}{strip(errors, top)}")
    say("   See: whom one loud weight costs, and whom a loud column costs.")


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
    parser = argparse.ArgumentParser(description="Tensor, row and column scales against loud weights.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--seed", type=between(int, 0, 2**32 - 1), default=0)
    parser.add_argument("--size", type=between(int, 1, 2048), default=64)
    parser.add_argument("--loud", type=between(float, 0, 1e6), default=100.0)
    parser.add_argument("--bits", type=between(int, 2, 8), default=8)
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
