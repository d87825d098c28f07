"""One kind of layer at a time goes through few bits: what that saves, and what it costs in perplexity.

Runs alone: python demo.py --model tiny --bits 2. The real model is looked for in the folder that
TUTOR_MODEL_FOLDER names; without it, a tiny one is trained here. Needs torch, and for the real model
transformers. The text is evaluation.txt, one folder up.
"""

import argparse
import copy
import math
import os
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

TEXT = Path(__file__).resolve().parents[1].joinpath("evaluation.txt").read_text(encoding="utf-8")
GROUP = 64
BAR = 36


# --- the idea ---------------------------------------------------------------------------------


def nearest(W, bits):
    """Round to nearest in groups of 64 inputs of a row: absmax / largest code, an fp16 scale each."""
    most = 2 ** (bits - 1) - 1
    parts = []
    for group in W.split(GROUP, dim=1):
        scale = (group.abs().amax(dim=1, keepdim=True) / most).half().float()
        scale = torch.where(scale > 0, scale, 1.0)
        parts.append((group / scale).round().clamp(-most, most) * scale)
    return torch.cat(parts, dim=1)


def bytes_of(W, bits):
    """Packed codes of each row, and its scales."""
    outputs, inputs = W.shape
    return outputs * (math.ceil(inputs * bits / 8) + 2 * math.ceil(inputs / GROUP))


def kinds_of(model):
    """Kind -> its linear layers, in the order in which a token meets them; the head is the last."""
    kinds = {}
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            kind = name.rpartition(".")[2].removeprefix("lm_").removesuffix("_proj")
            kinds.setdefault(kind, []).append(module)
    return kinds


@contextmanager
def rounded(layers, bits):
    """The layers' weights go through few bits, and afterwards are as they were.

    A head that is tied to the embedding is one tensor with it: both change.
    """
    kept = [layer.weight.data.clone() for layer in layers]
    for layer in layers:
        layer.weight.data.copy_(nearest(layer.weight.data, bits))
    try:
        yield
    finally:
        for layer, W in zip(layers, kept, strict=True):
            layer.weight.data.copy_(W)


@torch.no_grad()
def read(model, tokens, context):
    """Surprises in nats, f64, of all tokens but the first of each window of ``context``."""
    surprises = []
    for window in tokens.split(context):
        if len(window) > 1:
            logits = model(window[None])
            logits = getattr(logits, "logits", logits)[0, :-1].float()
            surprises.append(F.cross_entropy(logits, window[1:], reduction="none").double().cpu())
    return torch.cat(surprises)


# --- the tiny model ---------------------------------------------------------------------------


class Tiny(nn.Module):
    """One block with all kinds of layers of a real one, over characters: i64[b, t] -> logits f32[b, t, v]."""

    def __init__(self, characters, width=64, inner=128, longest=64):
        super().__init__()
        self.embedding = nn.Embedding(characters, width)
        self.position = nn.Embedding(longest, width)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, nn.Linear(width, width, bias=False))
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)
        self.lm_head = nn.Linear(width, characters, bias=False)  # its own; the real model's is the embedding

    def forward(self, tokens):
        x = self.embedding(tokens) + self.position.weight[: tokens.shape[1]]
        h = self.norms[0](x)
        q, k, v = (layer(h).unflatten(2, (2, -1)).transpose(1, 2)
                   for layer in (self.q_proj, self.k_proj, self.v_proj))  # fmt: skip
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o_proj(seen.transpose(1, 2).flatten(2))
        h = self.norms[1](x)
        x = x + self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h))
        return self.lm_head(self.norms[2](x))


def as_numbers(text):
    """Characters as numbers; the rare ones share the last number."""
    letters = sorted(letter for letter in set(TEXT) if TEXT.count(letter) >= 200)
    number = {letter: n for n, letter in enumerate(letters)}
    return torch.tensor([number.get(letter, len(letters)) for letter in text]), len(letters) + 1


@cache
def tiny_model(steps=400):
    """Trained on the first half of the text: (model, the tokens of the second half)."""
    tokens, characters = as_numbers(TEXT)
    seen, fresh = tokens.chunk(2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # it is too small to share
    torch.manual_seed(0)
    model = Tiny(characters)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.015)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.015 * min(1, (step + 1) / 20) * (1 - step / steps)
        batch = seen[torch.randint(len(seen) - 64, (8, 1)) + torch.arange(65)]
        loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    return model.requires_grad_(False), fresh


# --- the real model ---------------------------------------------------------------------------


def real_model(folder):
    """The model in fp32, and the tokens of the second half of the text."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    fresh = TEXT[len(TEXT) // 2 :][:20_000]  # more than 2,048 tokens
    tokens = AutoTokenizer.from_pretrained(folder)(fresh, verbose=False).input_ids
    return model.eval().requires_grad_(False), torch.tensor(tokens)


# --- the run ----------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def figure(value, places=3):
    """Short whatever it is: a ruined model's perplexity has no end."""
    if abs(value) < 1000:
        return f"{value:.{places}f}"
    return f"{value:,.0f}" if abs(value) < 1e6 else f"{value:.0e}"


def change(ratio, error=None):
    """A ratio of perplexities as a change, or as 'times' where percents say nothing any more."""
    if ratio > 10:
        return f"{figure(ratio, 0)} times"
    spread = "" if error is None else f" ±{100 * error:.2f}"
    return f"{100 * (ratio - 1):+.2f}{spread} %"


def line_of(kind, weights="", size="", level="", against="", price=""):
    return f"{kind:<6}{weights:>12} {size:>12} {level:>11}  {against:>18}  {price:>13}".rstrip()


def row_of(kind, layers, bits, surprises, calm, unit):
    """A line of the table, and (kind, percent for each MB or kB saved against 16 bits)."""
    weights = sum(layer.weight.numel() for layer in layers)
    size = sum(bytes_of(layer.weight, bits) for layer in layers)
    level, more = surprises.mean().exp().item(), surprises - calm
    ratio = more.mean().exp().item()
    error = ratio * more.std().item() / math.sqrt(len(more))  # the standard error, as in Measuring
    price = 100 * (ratio - 1) / ((2 * weights - size) / unit)
    line = line_of(
        kind, f"{weights:,}", f"{size:,}", figure(level), change(ratio, error), f"{figure(price)} %"
    )
    return line, (kind, price)


def bars(prices):
    """Dearest first; the dearest has the longest bar."""
    prices = sorted(prices, key=lambda one: -one[1])
    most = max(prices[0][1], 1e-12)
    for kind, price in prices:
        yield f"{kind:<6}{'█' * round(BAR * max(price, 0) / most) or '·'} {figure(price)}"


def chosen(options):
    """(model, tokens, tokens in a window, bytes of a unit, the unit's name)."""
    folder = os.environ.get("TUTOR_MODEL_FOLDER") if options.model == "auto" else None
    if folder:
        say("Model    SmolLM2-135M-Instruct, de-quantized: it was shipped in 4 bits, its")
        say("         head in 8, and 'fp32' is what is left of it, stored in 32")
        return *real_model(folder), 512, 1e6, "MB"
    if options.model == "auto":
        say("Model    The real one is not here: 'tutor model fetch' brings it (93 MB).")
        say("         Meanwhile a tiny one, trained just now: a token is a character")
    else:
        say("Model    a tiny one, trained just now: a token is a character")
    model, tokens = tiny_model()
    return copy.deepcopy(model), tokens, 64, 1e3, "kB"


def main(options):
    device = torch.device(options.device)
    say(f"Device   {torch.cuda.get_device_name(device) if device.type == 'cuda' else 'cpu'}, "
        f"torch {torch.__version__}")  # fmt: skip
    model, tokens, context, unit, name = chosen(options)
    model, tokens = model.to(device), tokens[: options.tokens].to(device)
    calm = read(model, tokens, context)
    say(f"Text     {len(calm):,} tokens to predict, in windows of {context}")
    say(f"Rounded  one kind of layer at a time: {options.bits} bits, groups of {GROUP}, to the nearest")
    say()
    say(line_of("kind", "weights", "bytes", "perplexity", "against fp32", f"for each {name}"))
    say(line_of("fp32", level=figure(calm.mean().exp().item())))

    def show(kind, layers):
        with rounded(layers, options.bits):
            surprises = read(model, tokens, context)
        line, price = row_of(kind, layers, options.bits, surprises, calm, unit)
        say(line)
        return price, (surprises - calm).mean().item()

    kinds = kinds_of(model)
    prices, changes = zip(*(show(kind, layers) for kind, layers in kinds.items()), strict=True)
    show("all", [layer for layers in kinds.values() for layer in layers])
    say(f"      the single changes, multiplied: {change(math.exp(sum(changes)))}")
    say()
    say(f"Percent of perplexity for each {name} saved against 16 bits, the dearest first")
    for line in bars(prices):
        say(line)
    say()
    say("See: at the top a bit is worth most; at the bottom it can be spared.")


# --- the options ------------------------------------------------------------------------------


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
    parser = argparse.ArgumentParser(description="One kind of layer at a time in few bits.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--bits", type=between(2, 8), default=3)
    parser.add_argument("--tokens", type=between(64, 2048), default=1024)
    parser.add_argument("--model", choices=("auto", "tiny"), default="auto")
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
