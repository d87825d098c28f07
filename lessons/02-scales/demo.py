"""One matrix, three granularities, every number of bits: what does less error cost in bytes?

Runs alone: python demo.py --outlier 50 --group 32. Needs torch and nothing else.
"""

import argparse
import math
import sys

import torch

SWEPT = range(2, 9)  # bits of a code, in the map and the table
LOUD = 64  # how many single weights are made loud
MARKS = {"tensor": "T", "row": "R", "group": "G"}

# --- the idea ---------------------------------------------------------------------------------


def grouped(W, granularity, group):
    """W as [parts, weights that share a scale]; the last group of a row is filled up with its last weight."""
    if granularity == "tensor":
        return W.reshape(1, -1)
    if granularity == "row":
        return W
    filled = torch.cat([W, W[:, -1:].expand(-1, -W.shape[1] % group)], dim=1)
    return filled.reshape(-1, min(group, filled.shape[1]))


def round_trip(W, bits, granularity, group, codes):
    """Quantize and dequantize W [rows, columns] with one scale for each part."""
    parts = grouped(W, granularity, group)
    if codes == "symmetric":
        levels = 2 ** (bits - 1) - 1  # 7 for 4 bits: codes -7 ... 7
        scale = stored(parts.abs().amax(dim=1, keepdim=True) / levels)
        back = torch.round(parts / scale).clamp(-levels, levels) * scale
    else:
        levels = 2**bits - 1  # 15 for 4 bits: codes 0 ... 15
        low = parts.amin(dim=1, keepdim=True).clamp(max=0)
        high = parts.amax(dim=1, keepdim=True).clamp(min=0)
        scale = stored((high - low) / levels)
        zero_point = torch.round(-low / scale)  # the code that means 0
        q = (torch.round(parts / scale) + zero_point).clamp(0, levels)
        back = (q - zero_point) * scale
    return back.reshape(len(W), -1)[:, : W.shape[1]] if granularity == "group" else back.reshape(W.shape)


def stored(scale):
    """Scales as they are stored, in fp16. Where all weights are 0 any scale gives zeros back: 1."""
    return torch.where(scale > 0, scale.half().float().clamp(min=2**-24), 1.0)


def bytes_of(rows, columns, bits, granularity, group, codes):
    """Codes of a row packed into whole bytes; 16 bits a scale, and for a zero point as many as for a code."""
    scales = {"tensor": 1, "row": rows, "group": rows * math.ceil(columns / group)}[granularity]
    zero_points = 0 if codes == "symmetric" else math.ceil(scales * bits / 8)
    return rows * math.ceil(columns * bits / 8) + 2 * scales + zero_points


# --- the matrices -----------------------------------------------------------------------------


def loud_places(n, where, seed):
    """Which weights are loud, bool [n, n]."""
    places = torch.zeros(n, n, dtype=torch.bool)
    if where == "weights":
        chosen = torch.randperm(n * n, generator=torch.Generator().manual_seed(seed + 1))
        places.view(-1)[chosen[: min(LOUD, n * n // 2)]] = True
    elif where == "row":
        places[n // 2] = True
    elif where == "column":
        places[:, n // 2] = True
    return places


def error_of(W, W_hat, judged):
    """The error of the judged weights in percent of their size (root mean squares)."""
    size = W[judged].norm().item()
    return 100 * (W - W_hat)[judged].norm().item() / size if size else 0.0


# --- the pictures -----------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def draw_map(points, height=15, width=58):
    """Text picture of points (bytes, error, mark): bytes to the right, error up, on a logarithmic scale."""
    most, least = max(x for x, _, _ in points), min(x for x, _, _ in points)
    seen = [y for _, y, _ in points if y > 0]
    if not seen or most == least:
        say("   (no error to draw)")
        return
    top, bottom = math.log10(max(seen)), math.log10(min(seen))
    rows = [[" "] * width for _ in range(height)]
    for x, y, mark in points:
        i = round((height - 1) * (top - math.log10(max(y, 10**bottom))) / ((top - bottom) or 1))
        j = round((width - 1) * (x - least) / (most - least))
        rows[i][j] = mark if rows[i][j] in (" ", mark) else "+"
    for i, row in enumerate(rows):
        level = 10 ** (top - (top - bottom) * i / (height - 1))
        label = f"{level:>8.3g} %" if i % 2 == 0 else ""
        say(f"   {label:<10} |{''.join(row).rstrip()}")
    say(f"   {'error':>10} +{'-' * width}")
    ends = f"{least:,} bytes", f"{most:,} bytes"
    say(" " * 15 + ends[0] + " " * (width - 1 - len(ends[0]) - len(ends[1])) + ends[1])


def row_errors(W, W_hat, judged):
    """The error of each row (root mean square), at most 64 numbers: neighbouring rows are averaged."""
    errors = ((W - W_hat) * judged).square().mean(dim=1).sqrt()
    return [part.mean().item() for part in errors.tensor_split(min(64, len(errors)))]


def strip(errors, top):
    """One block for each error; ``top`` is a full one."""
    return "".join(" ▁▂▃▄▅▆▇█"[min(8, math.ceil(8 * error / top)) if top else 0] for error in errors)


# --- the run ----------------------------------------------------------------------------------


def main(options):
    device = torch.device(options.device)
    n, group, codes = options.size, options.group, options.codes
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device   {name}, torch {torch.__version__}")

    # Drawn on the CPU, so that a seed means the same weights on every device.
    calm = torch.randn(n, n, generator=torch.Generator().manual_seed(options.seed)).to(device) + options.shift
    say(f"Weights  {n}×{n}, normally distributed around {options.shift:g}, seed {options.seed}")
    say(f"Codes    {codes}, 2 to 8 bits, fp16 scales for tensor, row, or group of {group}")
    say("Error    of the weights that are not loud, in percent of their size")
    say()

    def with_loud(where):
        places = loud_places(n, where if options.outlier else "nowhere", options.seed).to(device)
        return torch.where(places, options.outlier * (calm - options.shift).sign(), calm), ~places

    def result(W, judged, bits, granularity):
        W_hat = round_trip(W, bits, granularity, group, codes)
        return error_of(W, W_hat, judged), W_hat

    W, judged = with_loud(options.where)
    loud = (
        f"{options.where}, set to {options.outlier:g} or -{options.outlier:g}" if options.outlier else "none"
    )
    say(f"1. Error against bytes. Loud: {loud}")
    sweep = {
        (bits, g): (bytes_of(n, n, bits, g, group, codes), result(W, judged, bits, g)[0])
        for bits in SWEPT
        for g in MARKS
    }
    draw_map([(*point, MARKS[g]) for (_, g), point in sweep.items()])
    say("   T: one scale per tensor   R: per row   G: per group   +: two in one place")
    say("   See: how far down a few more bytes to the right can take you.")
    say()

    say("2. The same in numbers: bits a weight, error")
    say("   code" + "".join(f"{title:>18}" for title in ("tensor", "row", f"group of {group}")))
    for bits in SWEPT:
        pairs = (sweep[bits, g] for g in MARKS)
        say(f"   {bits:>4}" + "".join(f"{8 * size / n**2:>9.3f}{error:>7.2f} %" for size, error in pairs))
    say()

    say(f"3. Where the loud weights are, at {options.bits} bits")
    say("   loud   " + "".join(f"{title:>14}" for title in ("tensor", "row", f"group of {group}")))
    rows = {}
    for where in ("nowhere", "weights", "row", "column"):
        W, judged = with_loud(where)
        found = {g: result(W, judged, options.bits, g) for g in MARKS}
        say(f"   {where:<8}" + "".join(f"{error:>12.2f} %" for error, _ in found.values()))
        rows[where] = row_errors(W, found["row"][1], judged)
    say("   Row scales: the error of each row, first row left")
    top = max(max(errors) for errors in rows.values())
    for where, errors in rows.items():
        say(f"   {where:<7} {strip(errors, top)}")
    say("   See: whom a loud weight costs, and whom a loud column costs.")


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
    parser = argparse.ArgumentParser(
        description="Granularities and bits over one matrix, error against bytes."
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--seed", type=between(int, 0, 2**32 - 1), default=0)
    parser.add_argument("--size", type=between(int, 1, 2048), default=512)
    parser.add_argument("--group", type=between(int, 1, 2048), default=128)
    parser.add_argument("--bits", type=between(int, 2, 8), default=4)
    parser.add_argument("--outlier", type=between(float, 0, 1000), default=20.0)
    parser.add_argument("--where", choices=("weights", "row", "column"), default="weights")
    parser.add_argument("--codes", choices=("symmetric", "asymmetric"), default="symmetric")
    parser.add_argument("--shift", type=between(float, -100, 100), default=0.0)
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
