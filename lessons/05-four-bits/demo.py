"""One weight matrix in few bits: plain rounding, GPTQ, AWQ and NF4, on the same activations.

Runs alone: python demo.py --bits 3. Needs torch, and transformers where TUTOR_MODEL_FOLDER names the folder
of a real model; without it weights and activations are drawn, and the demo says so.
"""

import argparse
import math
import os
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch

TEXT = Path(__file__).with_name("text.txt").read_text(encoding="utf-8")
HELD_OUT = 400  # tokens at the end of the text that no method sees
SWEEP = (2, 3, 4, 5, 6)  # bits on the map


# --- the grid: W [outputs, inputs], a step (and a lowest level) for each group of inputs in a row --


def grid(W, bits, codes):
    """Step and lowest level, [outputs, 1] each, of the grid that the weights in W share row by row; fp16."""
    if codes == "symmetric":
        step = W.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        step = step.half().float()
        return torch.where(step > 0, step, 1.0), -(2 ** (bits - 1)) * step
    low = W.amin(dim=1, keepdim=True).clamp(max=0).half().float()
    step = (W.amax(dim=1, keepdim=True).clamp(min=0) - low) / (2**bits - 1)
    step = step.half().float()
    return torch.where(step > 0, step, 1.0), low


def on_grid(W, step, low, bits):
    """The nearest level for each weight."""
    return torch.round((W - low) / step).clamp(0, 2**bits - 1) * step + low


def grids(W, bits, group, codes):
    """The grid of each column of W, [outputs, inputs] each: step and lowest level."""
    parts = [(part.shape[1], *grid(part, bits, codes)) for part in W.split(group, dim=1)]
    step, low = (torch.cat([part[i].expand(-1, part[0]) for part in parts], dim=1) for i in (1, 2))
    return step, low


def round_to_nearest(W, bits, group, codes="symmetric"):
    return on_grid(W, *grids(W, bits, group, codes), bits)


# --- four methods ---------------------------------------------------------------------------------


def gptq(W, H, bits, group, codes="symmetric", order="given", damping=0.01):
    """Column after column: round it, and let the columns still to come make up for the error.

    H [inputs, inputs] = 2 XᵀX says how far one column can make up for another.
    """
    W, H = W.clone(), H.clone()
    step, low = grids(W, bits, group, codes)
    dead = H.diagonal() == 0
    H.diagonal()[dead] = 1  # an input that is always 0 cannot help, and needs no help
    H.diagonal().add_(damping * H.diagonal().mean())
    columns = torch.arange(len(H), device=W.device)
    if order == "loudest":
        columns = H.diagonal().argsort(descending=True)
    H = H[columns][:, columns]
    # Row k of U tells what an error in column k asks of the columns after it, those before being fixed.
    U = torch.linalg.cholesky(torch.cholesky_inverse(torch.linalg.cholesky(H)), upper=True)
    W = W[:, columns]
    for k, column in enumerate(columns.tolist()):
        rounded = on_grid(W[:, [k]], step[:, [column]], low[:, [column]], bits)
        error = (W[:, [k]] - rounded) / U[k, k]
        W[:, k:] -= error @ U[[k], k:]  # in column k itself this leaves what was rounded to
    return W[:, columns.argsort()]


def awq(W, H, loudness, bits, group, codes="symmetric"):
    """Loud inputs get a finer grid: W · s is rounded, and s undone. s = loudness^α; the best of 20 α."""
    best, best_loss = None, math.inf
    for alpha in (i / 20 for i in range(20)):
        s = loudness.clamp(min=1e-4) ** alpha
        s = s / (s.max() * s.min()).sqrt()
        W_hat = round_to_nearest(W * s, bits, group, codes) / s
        loss = squared_error(W - W_hat, H)
        if loss < best_loss:
            best, best_loss = (W_hat, alpha), loss
    return best


def nf4_levels():
    """Sixteen quantiles of a normal distribution: seven below zero, zero, eight above; within ±1."""
    outermost = (1 - 1 / 32 + 1 - 1 / 30) / 2

    def quantiles(count):
        shares = torch.linspace(outermost, 0.5, count + 1, dtype=torch.float64)[:-1]
        return math.sqrt(2) * torch.erfinv(2 * shares - 1)

    levels = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8)]).sort().values
    return (levels / levels.max()).float()


def nf4(W, block=64, double=False):
    """Each block of a row divided by its absmax, and put on the nearest of the sixteen levels."""
    levels = nf4_levels().to(W.device)
    halfway = (levels[1:] + levels[:-1]) / 2
    parts = W.split(block, dim=1)
    absmax = torch.stack([part.abs().amax(dim=1) for part in parts], dim=1)  # [outputs, blocks]
    if double:
        absmax = in_eight_bits(absmax)
    W_hat = []
    for part, size in zip(parts, absmax.split(1, dim=1), strict=True):
        scaled = part / torch.where(size > 0, size, 1.0)
        W_hat.append(levels[torch.bucketize(scaled.contiguous(), halfway)] * size)
    return torch.cat(W_hat, dim=1)


def in_eight_bits(absmax):
    """Double quantization: the constants less their mean, as 8-bit floats, one scale for each 256 of them."""
    mean = absmax.mean()
    parts = []
    for part in (absmax - mean).flatten().split(256):
        scale = part.abs().max() / 448
        parts.append(e4m3(part / torch.where(scale > 0, scale, 1.0)) * scale)
    return (torch.cat(parts) + mean).clamp(min=0).view_as(absmax)


def e4m3(x):
    """FP8: 3 bits of mantissa, so 8 steps from one power of two to the next; 448 at most."""
    _, exponent = torch.frexp(x)  # x = m · 2^exponent with m from 1/2 to 1
    step = 2.0 ** ((exponent - 1).clamp(min=-6) - 3)  # below 2^-6 the steps stay as they are
    return (torch.round(x / step) * step).clamp(-448, 448)


def by_row(W, largest, rounding):
    """One scale for each row: its absmax becomes ``largest``."""
    scale = W.abs().amax(dim=1, keepdim=True) / largest
    scale = torch.where(scale > 0, scale, 1.0)
    return rounding(W / scale) * scale


# --- measuring ------------------------------------------------------------------------------------


def squared_error(E, H):
    """‖X Eᵀ‖² for an error E of the weights, up to the factor 2 of H = 2 XᵀX."""
    return ((E @ H) * E).sum().item() / 2


def output_error(W, W_hat, X):
    """In percent of the exact output."""
    return 100 * ((X @ (W - W_hat).T).norm() / (X @ W.T).norm().clamp(min=1e-30)).item()


def bits_a_weight(bits, columns, group, per_group):
    """Codes and what each group of a row stores beside them, in bits."""
    return bits + per_group * math.ceil(columns / group) / columns


@contextmanager
def one_thread():
    """On a busy machine several threads wait for each other longer than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


# --- where weights and activations come from ------------------------------------------------------


def draw(seed, columns=256, rows=256, tokens=1424):
    """Weights, and activations whose features move together; four of them are loud."""
    generator = torch.Generator().manual_seed(seed)
    strength = 1 / (1 + torch.arange(columns)) ** 0.7
    mix = torch.randn(columns, columns, generator=generator) * strength[:, None]
    X = torch.randn(tokens, columns, generator=generator) @ mix
    X = X / X.square().mean().sqrt() + 0.1 * torch.randn(tokens, columns, generator=generator)
    X[:, torch.randperm(columns, generator=generator)[:4]] *= 8
    W = torch.randn(rows, columns, generator=generator) / math.sqrt(columns)
    return W, X


@cache
def language_model(folder):
    """The real model and the text as token ids."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval().model
    tokens = AutoTokenizer.from_pretrained(folder)(" ".join(TEXT.split()), return_tensors="pt").input_ids
    return model, tokens


class Seen(Exception):
    """Raised to end the model's run where the layer asked for has its input."""


@torch.no_grad()
def real_layer(folder, number, place, device):
    """Weights [outputs, inputs] of a layer of the real model, and what enters it: X [tokens, inputs]."""
    model, tokens = language_model(folder)
    model = model.to(device)
    block = model.layers[number]
    layer = {"attention": block.self_attn.q_proj, "mlp": block.mlp.up_proj, "down": block.mlp.down_proj}[
        place
    ]
    found = []

    def keep(layer, args):
        found.append(args[0][0])
        raise Seen

    hook = layer.register_forward_pre_hook(keep)
    try:
        model(tokens.to(device))
    except Seen:
        pass
    finally:
        hook.remove()
    return layer.weight.detach(), found[0][1:]  # the first token is loud as no other: it would be all we see


def between_the_levels(W, seed):
    """W with noise of up to half a step of the file's grid: as if it had not been rounded."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for part in W.split(32, dim=1):
        step = (part.amax(dim=1, keepdim=True) - part.amin(dim=1, keepdim=True)) / 15
        parts.append(part + step * (torch.rand(part.shape, generator=generator).to(W.device) - 0.5))
    return torch.cat(parts, dim=1)


# --- the run --------------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def ways(W, X, bits, options):
    """Name -> (bits a weight, what came of W), for the grids of ``bits`` bits."""
    H = 2 * X.T @ X
    group, codes, columns = options.group, options.codes, W.shape[1]
    size = bits_a_weight(bits, columns, group, 16 if codes == "symmetric" else 32)
    scaled, alpha = awq(W, H, X.abs().mean(dim=0), bits, group, codes)
    return {
        "round to nearest": (size, round_to_nearest(W, bits, group, codes)),
        f"AWQ, alpha {alpha:.2f}": (size, scaled),
        "GPTQ": (size, gptq(W, H, bits, group, codes, options.order, options.damping)),
    }


def fixed_ways(W, options):
    """The same for the schemes whose levels are fixed."""
    columns = W.shape[1]
    rows = bits_a_weight(8, columns, columns, 32)
    return {
        "NF4": (bits_a_weight(4, columns, 64, 32), nf4(W)),
        "NF4, double": (bits_a_weight(4, columns, 64, 8 + 32 / 256), nf4(W, double=True)),
        "INT8, scale per row": (rows, by_row(W, 127, torch.round)),
        "FP8, scale per row": (rows, by_row(W, 448, e4m3)),
    }


def show_table(W, X, fresh, options):
    say(f"2. {options.bits} bits in groups of {options.group}, {options.codes}; NF4 in blocks of 64")
    say("                         bits a     error of     error of the output")
    say("                         weight  the weights   calibration    held out")
    for name, (size, W_hat) in (ways(W, X, options.bits, options) | fixed_ways(W, options)).items():
        weights = 100 * ((W - W_hat).norm() / W.norm()).item()
        seen, unseen = output_error(W, W_hat, X), output_error(W, W_hat, fresh)
        say(f"   {name:<20} {size:>7.3f} {weights:>10.2f} % {seen:>11.2f} % {unseen:>9.2f} %")
    say("   See: in which column GPTQ is best, and in which it is worst.")
    say()


def show_map(W, X, fresh, options):
    """Held-out error against bits a weight, both on a grid of characters; the error in powers of two."""
    say("3. Error of the output on held-out tokens against bits a weight")
    say("   bits   round to nearest       AWQ      GPTQ")
    points = []
    for bits in SWEEP:
        came = [(size, output_error(W, W_hat, fresh)) for size, W_hat in ways(W, X, bits, options).values()]
        points += [(mark, *point) for mark, point in zip("RAG", came, strict=True)]
        nearest, scaled, compensated = (error for _, error in came)
        say(f"   {bits:>4} {nearest:>16.2f} % {scaled:>7.2f} % {compensated:>7.2f} %")
    say()
    for mark, (size, W_hat) in zip("NNIF", fixed_ways(W, options).values(), strict=True):
        points.append((mark, size, output_error(W, W_hat, fresh)))
    points = [(mark, size, max(error, 0.05)) for mark, size, error in points]
    high, low = (edge(error for _, _, error in points) for edge in (max, min))
    rows, width = 16, 56
    left, right = (edge(size for _, size, _ in points) for edge in (min, max))
    field = [[" "] * (width + 1) for _ in range(rows + 1)]
    for mark, size, error in points:
        row = round(rows * math.log(high / error) / max(math.log(high / low), 1e-9))
        column = round(width * (size - left) / (right - left))
        field[row][column] = mark if field[row][column] in (" ", mark) else "+"
    for number, row in enumerate(field):
        level = high * (low / high) ** (number / rows)
        label = f"{level:.3g} %" if number % 4 == 0 else ""
        say(f"   {label:>8} |{''.join(row).rstrip()}")
    say(f"            +{'-' * width}")
    say(f"             {left:<{width - 6}.3f}{right:>7.3f}")
    say("   R round to nearest, A AWQ, G GPTQ, N NF4, I int8, F FP8, + several")
    say("   See: how far left of R a G of the same error lies.")
    say()


def show_control(W, X, fresh, options):
    say("4. Is it the file? The model's weights lie on 16 levels for each 32 of them.")
    say(f"   Held-out error, {options.bits} bits: as they are, and with noise between those levels")
    noisy = between_the_levels(W, options.seed)
    on_file, off_file = (ways(M, X, options.bits, options).items() for M in (W, noisy))
    for (name, (_, as_it_is)), (_, (_, off_the_grid)) in zip(on_file, off_file, strict=True):
        errors = output_error(W, as_it_is, fresh), output_error(noisy, off_the_grid, fresh)
        say(f"   {name.partition(',')[0]:<20} {errors[0]:>7.2f} % {errors[1]:>9.2f} %")
    say("   See: whether the two columns tell the same story.")


@one_thread()
@torch.no_grad()
def main(options):
    device = torch.device(options.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device       {name}, torch {torch.__version__}")
    folder = os.environ.get("TUTOR_MODEL_FOLDER") if options.model == "real" else None
    if folder:
        say("Model        SmolLM2-135M-Instruct, read from a file that holds it in 4 bits")
        W, X = real_layer(folder, options.layer, options.place, device)
        where = f"block {options.layer}, {options.place}"
    else:
        say("Model        none: weights and activations are DRAWN, not measured.")
        if not os.environ.get("TUTOR_MODEL_FOLDER"):
            say("             'tutor model fetch' brings a real one; then run this again.")
        W, X = (tensor.to(device) for tensor in draw(options.seed))
        where = "drawn"
    X, fresh = X[: min(options.tokens, len(X) - HELD_OUT)], X[-HELD_OUT:]
    say()
    say(f"1. W, {where}: {W.shape[0]} outputs × {W.shape[1]} inputs")
    loudness = X.abs().mean(dim=0).sort().values
    energy = torch.linalg.eigvalsh(X.T @ X).flip(0).clamp(min=0)
    tenth = 100 * (energy[: len(energy) // 10].sum() / energy.sum()).item()
    say(f"   {len(X)} tokens to calibrate on, {len(fresh)} held out")
    say(
        f"   mean |x| of the loudest input {loudness[-1]:.2f}, of the median one {loudness[len(loudness) // 2]:.3f}"
    )
    say(f"   a tenth of all directions holds {tenth:.1f} % of the energy of X")
    say()
    show_table(W, X, fresh, options)
    show_map(W, X, fresh, options)
    if folder:
        show_control(W, X, fresh, options)


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
    parser = argparse.ArgumentParser(description="One weight matrix by rounding, GPTQ, AWQ and NF4.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--model", choices=("real", "drawn"), default="real")
    parser.add_argument("--layer", type=between(int, 0, 29), default=12)
    parser.add_argument("--place", choices=("attention", "mlp", "down"), default="attention")
    parser.add_argument("--bits", type=between(int, 2, 8), default=4)
    parser.add_argument("--group", type=between(int, 8, 4096), default=64)
    parser.add_argument("--codes", choices=("symmetric", "asymmetric"), default="symmetric")
    parser.add_argument("--order", choices=("given", "loudest"), default="given")
    parser.add_argument("--damping", type=between(float, 0.0001, 1), default=0.01)
    parser.add_argument("--tokens", type=between(int, 16, 1024), default=1024)
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
