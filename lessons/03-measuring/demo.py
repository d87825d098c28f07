"""One model in several dtypes: its bytes, the error of its weights, and its perplexity on one text.

Runs alone: python demo.py --model tiny --schemes all. The real model is looked for in the folder that
TUTOR_MODEL_FOLDER names; without it, a tiny one is trained here. Needs torch, and for the real model
transformers and bitsandbytes.
"""

import argparse
import copy
import logging
import math
import os
import sys
import warnings
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

TEXT = Path(__file__).with_name("text.txt").read_text(encoding="utf-8")
NEVER_LONGER = 1752  # tokens of the text by the real model's tokenizer


# --- the idea ---------------------------------------------------------------------------------


@torch.no_grad()
def read(model, tokens, context, stride):
    """Let ``model`` predict tokens[1:], each once: (surprises in nats f64[n-1], first guesses i64[n-1]).

    A window holds ``context`` tokens and moves on by ``stride``: what lies before it is forgotten.
    """
    surprises, guesses, done = [], [], 0
    for begin in range(0, len(tokens) - 1, stride):
        end = min(begin + context, len(tokens) - 1)
        logits = model(tokens[None, begin:end])
        logits = getattr(logits, "logits", logits)[0].float()  # position t predicts token t + 1
        logits, targets = logits[done - end :], tokens[done + 1 : end + 1]
        surprises.append(F.cross_entropy(logits, targets, reduction="none").double().cpu())
        guesses.append(logits.argmax(dim=1).cpu())
        done = end
        if done == len(tokens) - 1:
            break
    return torch.cat(surprises), torch.cat(guesses)


def perplexity(surprises):
    return surprises.mean().exp().item()


def round_trip(W, bits, granularity):
    """absmax, as in the first two lessons: (what comes back, number of scales)."""
    peak = W.abs().amax(dim=1, keepdim=True) if granularity == "row" else W.abs().max()
    scale = (peak / (2 ** (bits - 1) - 1)).clamp(min=1e-12)
    return torch.round(W / scale) * scale, scale.numel()


def sqnr(originals, W_hats):
    """Signal to quantization noise over all layers, in decibels."""
    signal = sum(W.double().square().sum().item() for W in originals.values())
    noise = sum((originals[name] - W_hats[name]).double().square().sum().item() for name in originals)
    return 10 * math.log10(signal / noise) if noise else math.inf


def footprint(model):
    """Bytes of all parameters and buffers, tied ones once: what get_memory_footprint() counts."""
    return sum(t.numel() * t.element_size() for t in [*model.parameters(), *model.buffers()])


def layers(model):
    """The linear layers that are quantized: all but the output head of the real model."""
    return {n: m for n, m in model.named_modules() if isinstance(m, nn.Linear) and n != "lm_head"}


def weights(model):
    return {name: layer.weight.detach().float() for name, layer in layers(model).items()}


def by_absmax(model, bits, granularity):
    """A copy of the fp32 model whose linear layers went through few bits: (model, its bytes)."""
    model, size = copy.deepcopy(model), footprint(model)
    for layer in layers(model).values():
        W_hat, scales = round_trip(layer.weight.data, bits, granularity)
        layer.weight.data = W_hat
        size += W_hat.numel() * bits // 8 - 4 * W_hat.numel() + 4 * scales
    return model, size


# --- the tiny model ---------------------------------------------------------------------------


class Tiny(nn.Module):
    """Predicts a character from the four before it: i64[b, t] -> logits f32[b, t, v]."""

    def __init__(self, characters, seen=4):
        super().__init__()
        self.nothing, self.seen = characters, seen
        self.embedding = nn.Embedding(characters + 1, 16)  # one more for 'nothing comes before'
        self.hidden = nn.Linear(16 * seen, 64)
        self.head = nn.Linear(64, characters)

    def forward(self, tokens):
        past = F.pad(tokens, (self.seen - 1, 0), value=self.nothing).unfold(1, self.seen, 1)
        return self.head(torch.tanh(self.hidden(self.embedding(past).flatten(2))))


@cache
def tiny_model():
    """Trained on three quarters of the text: (model, its tokens of the last quarter, characters a token)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # it is too small to share
    letters = sorted(set(TEXT))
    tokens = torch.tensor([letters.index(letter) for letter in TEXT])
    cut = len(tokens) * 3 // 4
    torch.manual_seed(0)
    model = Tiny(len(letters)).double()  # so that every machine arrives at the same weights
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    steps = 300
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / steps)
        batch = tokens[torch.randint(cut - 32, (16, 1)) + torch.arange(33)]
        loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    return model.float().requires_grad_(False), tokens[cut:]


def tiny_schemes(device, which):
    """(name, model, bytes, weights as they come back), one after the other, fp32 first."""
    model = copy.deepcopy(tiny_model()[0]).to(device)
    yield "fp32", model, footprint(model), weights(model)
    half = copy.deepcopy(model).bfloat16()
    yield "bf16", half, footprint(half), weights(half)
    yield from absmax_schemes(model, ["int8 tensor", "int4 tensor"])
    if which == "all":
        yield from absmax_schemes(model, ["int8 row", "int4 row", "int3 row"])


def absmax_schemes(model, names):
    for name in names:
        rounded, size = by_absmax(model, int(name[3]), name.split()[1])
        yield name, rounded, size, weights(rounded)


# --- the real model ---------------------------------------------------------------------------


def real_schemes(folder, device, which):
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    def load(dtype, **settings):
        place = {"device_map": {"": device}} if settings else {}
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **settings, **place)
        return model if settings else model.to(device)

    model = load(torch.float32)
    yield "fp32", model, footprint(model), weights(model)
    half = load(torch.bfloat16)
    yield "bf16", half, footprint(half), weights(half)
    del half
    eight = load(torch.bfloat16, quantization_config=BitsAndBytesConfig(load_in_8bit=True))
    yield "8-bit bnb", eight, footprint(eight), eight_bit_weights(eight)
    del eight
    if which == "all":
        settings = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
        four = load(torch.bfloat16, quantization_config=settings)
        yield "NF4 bnb", four, footprint(four), four_bit_weights(four)
        del four
        yield from absmax_schemes(model, ["int8 tensor", "int8 row", "int4 tensor", "int4 row"])


def eight_bit_weights(model):
    """Codes times the row's largest magnitude (SCB) over 127."""
    found = layers(model).items()
    return {name: layer.weight.data.float() * layer.weight.SCB[:, None] / 127 for name, layer in found}


def four_bit_weights(model):
    from bitsandbytes.functional import dequantize_4bit

    found = layers(model).items()
    return {n: dequantize_4bit(layer.weight.data, layer.weight.quant_state).float() for n, layer in found}


def real_tokens(folder):
    """(the text's tokens, how many characters they stand for, the first one left out)."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    return torch.tensor(tokenizer(TEXT).input_ids), lambda part: len(tokenizer.decode(part[1:]))


def be_quiet():
    """Progress bars and advice of the libraries would run through the table."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.filterwarnings("ignore")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


# --- the run ----------------------------------------------------------------------------------


def say(line=""):
    print(line, flush=True)


def line_of(scheme, size, noise, level, against, right, changed):
    """One line of the table."""
    row = f"{scheme:<12}{size:>12}  {noise:>7}  {level:>10}  {against:>14}  {right:>6}  {changed:>7}"
    return row.rstrip()


def compared(more):
    """The ratio of two perplexities from the differences of their surprises, with its standard error."""
    ratio = more.mean().exp().item()
    if ratio > 10:
        return f"{ratio:,.0f} times"
    return f"{100 * (ratio - 1):+.2f} ±{100 * more.std().item() / math.sqrt(len(more)):.2f} %"


def main(options):
    device = torch.device(options.device)
    say(f"Device   {torch.cuda.get_device_name(device) if device.type == 'cuda' else 'cpu'}, "
        f"torch {torch.__version__}")  # fmt: skip
    folder = os.environ.get("TUTOR_MODEL_FOLDER") if options.model == "auto" else None
    if folder:
        be_quiet()
        tokens, characters_of = real_tokens(folder)
        schemes = real_schemes(folder, device, options.schemes)
        say("Model    SmolLM2-135M-Instruct, de-quantized: it was shipped in 4 bits, and")
        say("         'fp32' is what is left of it, stored in 32")
    else:
        tokens, characters_of = tiny_model()[1], lambda part: len(part) - 1
        schemes = tiny_schemes(device, options.schemes)
        if options.model == "auto":
            say("Model    The real one is not here: 'tutor model fetch' brings it (93 MB).")
            say("         Meanwhile a tiny one, trained just now: a token is a character")
        else:
            say("Model    a tiny one, trained just now: a token is a character")
    tokens = tokens[: options.tokens].to(device)
    context, stride = options.context, min(options.stride, options.context)
    say(f"Text     {len(tokens) - 1:,} tokens to predict, in windows of {context}, stride {stride}")
    say()
    say(line_of("scheme", "bytes", "SQNR", "perplexity", "against fp32", "right", "changed"))

    originals = calm = calm_guesses = None
    for name, model, size, W_hats in schemes:
        surprises, guesses = read(model.eval(), tokens, context, stride)
        level = perplexity(surprises)
        shown = f"{level:.3f}" if level < 1000 else f"{level:,.0f}"
        right = f"{100 * (guesses == tokens[1:].cpu()).double().mean().item():.1f} %"
        if calm is None:
            originals, calm, calm_guesses = W_hats, surprises, guesses
            say(line_of(name, f"{size:,}", "–", shown, "", right, ""))
            continue
        noise = f"{sqnr(originals, W_hats):.1f} dB"
        changed = f"{100 * (guesses != calm_guesses).double().mean().item():.1f} %"
        say(line_of(name, f"{size:,}", noise, shown, compared(surprises - calm), right, changed))

    say()
    bits = calm.sum().item() / math.log(2) / characters_of(tokens.cpu())
    say(f"In fp32 what was read costs {bits:.3f} bits a character, whatever its tokens are.")
    say("See: whether the schemes stand in the same order by SQNR and by perplexity,")
    say("and which differences are larger than their ±.")


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
    parser = argparse.ArgumentParser(description="One model in several dtypes.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--schemes", choices=("few", "all"), default="few")
    parser.add_argument("--tokens", type=between(64, NEVER_LONGER), default=1024)
    parser.add_argument("--context", type=between(8, 1024), default=512)
    parser.add_argument("--stride", type=between(8, 1024), default=512)
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
