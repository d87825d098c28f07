"""The roofline of this machine, where products with 1 to 4,096 tokens fall, and what int8 does to them."""

import argparse
import math
import sys
import time
from contextlib import contextmanager

import torch

# Peaks of datasheets: bytes a second, 16-bit operations a second.
CARDS = {"A100": (2039e9, 312e12), "H100": (3350e9, 989e12), "RTX4090": (1008e9, 165e12)}
BEYOND_CACHES = 192 << 20  # bytes of weights that are gone through before the first ones come again

# Llama-3-70B: bytes of weights that a step reads in 16 bits; layers, heads of keys and values, width of a head.
WEIGHTS_70B, LAYERS, HEADS, WIDTH = 139.01e9, 80, 8, 128


def say(line=""):
    print(line, flush=True)


# --- clocks -----------------------------------------------------------------------------------------


def settle(device):
    """Waits until a GPU has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds_of(run, device, budget=0.12):
    """The shortest of several runs, in seconds: what the machine can do when nobody disturbs it."""
    began = time.perf_counter()
    run()
    settle(device)
    first = time.perf_counter() - began
    if first > 3 * budget:
        return first
    repeats, best, spent = 1, math.inf, 0.0
    while spent < budget:
        began = time.perf_counter()
        for _ in range(repeats):
            run()
        settle(device)
        taken = time.perf_counter() - began
        best, spent = min(best, taken / repeats), spent + taken
        if taken < 1e-3:
            repeats *= 2  # too short for a clock
    return best


def bandwidths(device):
    """Bytes a second of copying (each byte is read and written) and of reading alone.

    Piece by piece through memory that no cache holds: a short piece is seldom disturbed.
    """
    pieces, count = (4, 64 << 20) if device.type == "cuda" else (24, 2 << 20)
    source, target = torch.ones(pieces, count, device=device), torch.ones(pieces, count, device=device)
    turn = 0

    def copy():
        nonlocal turn
        turn = (turn + 1) % pieces
        target[turn].copy_(source[turn])

    def read():
        nonlocal turn
        turn = (turn + 1) % pieces
        source[turn].sum()

    return 8 * count / seconds_of(copy, device, 0.3), 4 * count / seconds_of(read, device, 0.3)


def rate_of(dtype, device):
    """Operations a second of products that live in the caches; a multiplication and an addition are two."""
    side = 4096 if device.type == "cuda" else 512
    A, B = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    return 2 * side**3 / seconds_of(lambda: A @ B, device, 0.4)


# --- the roof ---------------------------------------------------------------------------------------


class Roof:
    """A machine as two numbers: bytes a second, operations a second."""

    def __init__(self, bandwidth, rate):
        self.bandwidth, self.rate = bandwidth, rate

    def seen(self, tokens, size, itemsize, measured):
        """The roof again, no lower than what products have reached."""
        moved = max(size * (size + 2 * t) * itemsize / s for t, s in zip(tokens, measured, strict=True))
        done = max(2 * t * size * size / s for t, s in zip(tokens, measured, strict=True))
        return Roof(max(self.bandwidth, moved), max(self.rate, done))

    @property
    def ridge(self):
        """Operations a byte at which reading and computing take equally long."""
        return self.rate / self.bandwidth

    def seconds(self, tokens, size, bytes_per_weight, activation_bytes):
        """The least time of a product of tokens with a square layer: the slower of its two clocks."""
        moved = bytes_per_weight * size * size + 2 * activation_bytes * tokens * size
        return max(moved / self.bandwidth, 2 * tokens * size * size / self.rate)

    def bound_by(self, tokens, size, bytes_per_weight, activation_bytes):
        computing = 2 * tokens * size * size / self.rate
        return (
            "computing"
            if computing >= self.seconds(tokens, size, bytes_per_weight, activation_bytes)
            else "memory"
        )


def show_roof(roof, tokens, size, itemsize, measured):
    """Rate against tokens, both on logarithmic axes. ``measured`` is empty for a card that is not here."""
    bounds = [2 * t * size * size / roof.seconds(t, size, itemsize, itemsize) for t in tokens]
    rates = [2 * t * size * size / s for t, s in zip(tokens, measured, strict=False)]
    top, bottom = math.log10(max([*bounds, *rates])), math.log10(min([*bounds, *rates]))
    height, gap = 12, 4

    def row(rate):
        return round((height - 1) * (top - math.log10(rate)) / max(top - bottom, 1e-9))

    grid = [[" "] * (gap * len(tokens)) for _ in range(height)]
    for place, bound in enumerate(bounds):
        for near in range(gap - 1):
            following = bounds[min(place + 1, len(bounds) - 1)]
            between = bound * (following / bound) ** (near / gap)
            grid[row(between)][gap * place + near] = "·"
    for place, rate in enumerate(rates):
        grid[row(rate)][gap * place] = "o"
    unit, name = (1e12, "TFLOP/s") if top > 13 else (1e9, "GFLOP/s")
    for number, line in enumerate(grid):
        label = 10 ** (top - (top - bottom) * number / (height - 1)) / unit
        say(f"   {label:>9.3g} |{''.join(line).rstrip()}")
    say(f"   {name:>9} +{'-' * (gap * len(tokens))}")
    names = "".join(f"{t:<{gap}}" if t < 1000 else f"{t // 1024}k  " for t in tokens)
    say(f"   {'tokens':>9}  {names.rstrip()}")
    legend = "· the roof   o measured here" if measured else "· the roof (nothing is measured: no such card)"
    say(f"   {legend}")


def show_table(roof, tokens, size, itemsize, measured):
    say("   tokens   least time     limited by   " + ("measured   of the roof" if measured else "in int4"))
    for place, t in enumerate(tokens):
        least = roof.seconds(t, size, itemsize, itemsize)
        line = f"   {t:>6} {1e3 * least:>10.4f} ms   {roof.bound_by(t, size, itemsize, itemsize):<10}"
        if measured:
            taken = measured[place]
            line += f" {1e3 * taken:>8.3f} ms  {100 * least / taken:>6.0f} %"
        else:
            four = roof.seconds(t, size, 0.5 + 2 / 128, itemsize)
            line += f" {1e3 * four:>9.4f} ms  {least / four:>5.2f} × as fast"
        say(line)


# --- this machine -----------------------------------------------------------------------------------


@torch.no_grad()
def measure(tokens, size, dtype, device):
    """Seconds of each product, through weights that no cache holds."""
    copies = max(2, -(-BEYOND_CACHES // (size * size * dtype.itemsize)))
    W = torch.randn(copies, size, size, device=device).to(dtype)
    turn = 0

    def product(X):
        nonlocal turn
        turn = (turn + 1) % copies
        return X @ W[turn].T

    times = []
    for t in tokens:
        X = torch.randn(t, size, device=device).to(dtype)
        times.append(seconds_of(lambda X=X: product(X), device))
    return times


@torch.no_grad()
def int8_ways(size, dtype, device):
    """Name -> a function of X, in three ways; weights are int8 with a scale for each output but in the first."""
    copies = max(2, -(-BEYOND_CACHES // (size * size * dtype.itemsize)))
    codes = torch.randint(-127, 128, (copies, size, size), dtype=torch.int8, device=device)
    scale = torch.rand(size, device=device) / 1000 + 1e-4
    W = (codes.float() * scale[:, None]).to(dtype)
    turn = 0

    def of(stack):
        nonlocal turn
        turn = (turn + 1) % copies
        return stack[turn]

    def back_to_floats(X):
        return X @ (of(codes).to(dtype) * scale[:, None].to(dtype)).T

    def integers(X):
        step = X.abs().amax(1, keepdim=True) / 127
        q = torch.round(X / step).to(torch.int8)
        rows = max(len(q), 32) if device.type == "cuda" else len(q)  # the kernel of a GPU wants more than 16
        q = torch.nn.functional.pad(q, (0, 0, 0, rows - len(q)))
        sums = torch._int_mm(q, of(codes).T)[: len(X)]
        return (sums.float() * step * scale).to(dtype)

    return {
        "floats": lambda X: X @ of(W).T,
        "int8, made floats first": back_to_floats,
        "int8 × int8, then scaled": integers,
    }


@torch.no_grad()
def show_int8(size, dtype, device):
    counts = (1, 16, 256)
    say(
        f"   {'':<24} bytes of W "
        + "".join(f"{count:>6} token{'s' if count > 1 else ' '}" for count in counts)
    )
    for name, way in int8_ways(size, dtype, device).items():
        kept = size * size * (dtype.itemsize if name == "floats" else 1) + (
            0 if name == "floats" else 4 * size
        )
        cells = ""
        for count in counts:
            X = torch.randn(count, size, device=device).to(dtype)
            try:
                cells += f"{1e3 * seconds_of(lambda way=way, X=X: way(X), device, 0.25):>9.3f} ms"
            except RuntimeError:
                cells += f"{'not here':>12}"
        say(f"   {name:<24} {kept:>10,}{cells}")


def show_cache(context):
    """Bytes that one step of Llama-3-70B reads: the weights once, the cache for every sequence."""
    cache = 2 * LAYERS * HEADS * WIDTH * 2 * context
    small = 2 * LAYERS * HEADS * (WIDTH + 2) * context
    say("   sequences   weights, 16 bits   cache, 16 bits    cache, int8")
    for sequences in (1, 8, 32, 128):
        line = f"   {sequences:>9} {WEIGHTS_70B / 1e9:>15.1f} GB {sequences * cache / 1e9:>13.1f} GB"
        say(f"{line} {sequences * small / 1e9:>11.1f} GB")


@contextmanager
def threads_set(options):
    """On a busy machine several threads wait for each other longer than they compute; hence the option."""
    before = torch.get_num_threads()
    torch.set_num_threads(options.threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def main(options):
    with threads_set(options):
        run(options)


def run(options):
    device = torch.device(options.device)
    name = (
        torch.cuda.get_device_name(device)
        if device.type == "cuda"
        else f"cpu, threads: {torch.get_num_threads()}"
    )
    say(f"Device   {name}, torch {torch.__version__}")
    torch.manual_seed(0)
    tokens = [2**power for power in range(13) if 2**power <= options.tokens]
    here = options.machine == "here"
    dtype = torch.float16 if device.type == "cuda" or not here else torch.float32
    size, measured = options.width, []

    if here:
        copy, read = bandwidths(device)
        roof = Roof(max(copy, read), rate_of(dtype, device))
        say(f"Memory   {copy / 1e9:,.1f} GB/s copying, {read / 1e9:,.1f} GB/s reading")
        say(f"Products {roof.rate / 1e9:,.0f} GFLOP/s in {str(dtype)[6:]}")
        measured = measure(tokens, size, dtype, device)
        roof = roof.seen(tokens, size, dtype.itemsize, measured)
        say(
            f"The roof {roof.bandwidth / 1e9:,.1f} GB/s and {roof.rate / 1e9:,.0f} GFLOP/s, the best that was seen"
        )
    else:
        roof = Roof(*CARDS[options.machine])
        say(f"Machine  {options.machine} by its datasheet")
        say(f"The roof {roof.bandwidth / 1e9:,.0f} GB/s and {roof.rate / 1e12:,.0f} TFLOP/s")
    say(
        f"Ridge    {roof.ridge:.0f} operations a byte; with weights of {dtype.itemsize} bytes at about "
        f"{roof.ridge * dtype.itemsize / 2:.0f} tokens"
    )
    say()
    say(
        f"1. A layer of {size} × {size} in {8 * dtype.itemsize} bits, {size * size * dtype.itemsize:,} bytes: "
        f"rate by tokens"
    )
    show_roof(roof, tokens, size, dtype.itemsize, measured)
    say("   See: where the slope ends. Left of it more tokens cost no time.")
    say()
    say("2. The same as times")
    show_table(roof, tokens, size, dtype.itemsize, measured)
    say("   See: the first line and the one where the limit changes.")
    say()
    if here:
        say("3. The same layer in int8, in two ways")
        show_int8(size, dtype, device)
        say("   See: the bytes fall in both. Does the time?")
        say()
    say(
        f"{4 if here else 3}. One step of Llama-3-70B, {options.context:,} tokens in each sequence: what is read"
    )
    show_cache(options.context)
    say("   See: which of the columns grows, and where it passes the weights.")


# --- the options ----------------------------------------------------------------------------------


def between(low, high):
    """An argparse type: a whole number from ``low`` to ``high``."""

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return value

    return parse


def parse_options(arguments=None):
    parser = argparse.ArgumentParser(description="The roofline of this machine, and int8 under it.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--machine", choices=("here", *CARDS), default="here")
    parser.add_argument("--width", type=between(256, 4096), default=2048)
    parser.add_argument("--tokens", type=between(4, 4096), default=4096)
    parser.add_argument("--threads", type=between(0, 8), default=0)
    parser.add_argument("--context", type=between(1, 1_000_000), default=8192)
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
