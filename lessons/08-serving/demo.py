"""A planner: what fits on which cards, how fast it can be at best, and what a million tokens cost.

Runs alone: python demo.py --model llama-3-8b --gpu l4 --gpus 1 --scheme awq-int4. Pure arithmetic: it needs no card,
no model and no torch. All rates are bounds; what software reaches lies below.
"""

import argparse
import math

MODELS = {  # blocks, hidden, heads, KV heads, head_dim, intermediate, vocabulary, tied: from each config.json
    "llama-3-70b": (80, 8192, 64, 8, 128, 28672, 128256, False),
    "llama-3-8b": (32, 4096, 32, 8, 128, 14336, 128256, False),
    "llama-3.2-1b": (16, 2048, 32, 8, 64, 8192, 128256, True),
    "llama-3.1-405b": (126, 16384, 128, 8, 128, 53248, 128256, False),
    "llama-2-13b": (40, 5120, 40, 40, 128, 13824, 32000, False),
    "mistral-7b": (32, 4096, 32, 8, 128, 14336, 32000, False),
    "mistral-nemo": (40, 5120, 32, 8, 128, 14336, 131072, False),
}
GPUS = {  # memory in bytes, GB/s, TFLOPS in bf16, TOPS in int8; dense rates
    "a100-80gb": (85_198_045_184, 2039, 312, 624),
    "h100-80gb": (80e9, 3350, 989, 1979),
    "h200-141gb": (141e9, 4800, 989, 1979),
    "l4-24gb": (24e9, 300, 121, 242),
}
SCHEMES = {  # bits of a weight, group, bits of scale and zero point, bits in which it is multiplied
    "bf16": (16, None, 0, 16),
    "bitsandbytes-int8": (8, "row", 16, 8),
    "w8a8": (8, "row", 16, 8),
    "nf4": (4, 64, 32, 16),
    "gptq-int4": (4, 128, 16, 16),
    "awq-int4": (4, 128, 20, 16),
}
KV_BITS = {"bf16": 16, "fp8": 8}
IN_TURN = ("bitsandbytes-int8",)  # vLLM refuses these tensor parallelism, so one card reads after the other
USABLE = 0.92  # the share of memory that newer vLLM takes
MOST_CARDS = 64  # that are tried where a model does not fit
PASS = 2048  # tokens that one pass takes at most


# --- the idea: bytes, operations, and the longer of two times ---------------------------------------


class Plan:
    """One model, so many cards, one scheme and one KV dtype."""

    def __init__(self, model, gpu, gpus, scheme, kv_bits):
        blocks, self.hidden, heads, kv_heads, width, self.inner, vocabulary, tied = MODELS[model]
        memory, bandwidth, bf16, int8 = GPUS[gpu]
        bits, group, beside, multiplied_in = SCHEMES[scheme]
        query, kv = heads * width, kv_heads * width
        layers = [(query, self.hidden), (kv, self.hidden), (kv, self.hidden), (self.hidden, query)]
        layers += [(self.inner, self.hidden), (self.inner, self.hidden), (self.hidden, self.inner)]
        linear = blocks * sum(rows * columns for rows, columns in layers)
        scales = 0
        if group is not None:
            scales = blocks * sum(rows * (1 if group == "row" else -(-c // group)) for rows, c in layers)
        table, norms = vocabulary * self.hidden, (2 * blocks + 1) * self.hidden

        self.gpus = gpus
        self.parameters = linear + norms + (1 if tied else 2) * table
        self.read = linear * bits / 8 + scales * beside / 8 + 2 * (norms + table)
        self.weights = self.read + (0 if tied else 2 * table)  # an embedding table is looked up, not read
        self.multiplied = linear + table
        self.per_token = 2 * blocks * kv * kv_bits / 8  # keys and values
        self.memory = gpus * memory
        self.usable = USABLE * self.memory
        self.bandwidth = gpus * bandwidth * 1e9
        self.rate = gpus * (int8 if multiplied_in == 8 else bf16) * 1e12
        self.activations = gpus * PASS * (2 * self.hidden + 2 * self.inner) * 2

    def room(self):
        """Tokens of KV cache beside weights and activations; negative bytes mean that these do not fit."""
        free = self.usable - self.weights - self.activations
        return math.floor(free / self.per_token) if free >= 0 else None

    def streams(self, context):
        return (self.room() or 0) // context

    def times(self, new, cached):
        """Seconds of reading and seconds of computing of one step."""
        reading = (self.read + cached * self.per_token) / self.bandwidth
        return reading, 2 * self.multiplied * new / self.rate

    def each(self, batch, context):
        """Tokens a second of each stream."""
        return 1 / max(self.times(batch, batch * context))

    def best_batch(self, context, wanted):
        """The largest batch that fits and leaves each stream the wanted rate; 0 if there is none."""
        low, high = 0, self.streams(context)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.each(middle, context) >= wanted else (low, middle - 1)
        return low


def cards_needed(options, scheme):
    """The smallest number of such cards that holds one stream."""
    for gpus in range(1, MOST_CARDS + 1):
        if Plan(options.model, options.gpu, gpus, scheme, KV_BITS[options.kv]).streams(options.context):
            return gpus
    return None


# --- the pictures -----------------------------------------------------------------------------------


def bar(value, whole, width):
    return "█" * max(0, round(width * value / whole)) or ("▏" if value > 0 else "")


def gb(size):
    return f"{size / 1e9:,.2f} GB"


def say(line=""):
    print(line.rstrip(), flush=True)


def number(value):
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


# --- the run ----------------------------------------------------------------------------------------


def what_fits(plan, options):
    cache = options.batch * options.context * plan.per_token
    streams = "1 stream" if options.batch == 1 else f"{options.batch:,} streams"
    say(f"1. What fits: {options.scheme}, {streams} of {options.context:,} tokens, KV cache in {options.kv}")
    needed = plan.weights + plan.activations + cache
    whole = max(plan.usable, needed)
    sizes = {"weights": plan.weights, "activations": plan.activations, "KV cache": cache}
    sizes |= {"needed": needed, "usable": plan.usable}
    width = max(12, *(len(gb(size)) for size in sizes.values()))
    for name, size in sizes.items():
        say(f"   {name:<12} {gb(size):>{width}}  {bar(size, whole, 46)}")
    if needed <= plan.usable:
        say(f"   It fits. {gb(plan.usable - needed)} are left.")
    else:
        say(f"   It does not fit: {gb(needed - plan.usable)} too much.")
    room = plan.room()
    if room is None:
        say("   The weights alone are too large for these cards.")
    else:
        say(
            f"   Beside the weights: room for {room:,} tokens, {plan.streams(options.context):,} such streams."
        )
    if not plan.streams(options.context):
        cards = cards_needed(options, options.scheme)
        say(
            f"   One such stream needs {cards} such cards."
            if cards
            else "   Not even 64 such cards hold one."
        )
    return needed <= plan.usable


def how_fast(plan, options):
    cached = options.batch * options.context
    reading, computing = plan.times(options.batch, cached)
    longer = max(reading, computing)
    say("2. How fast, at best")
    for name, seconds in (("reading", reading), ("computing", computing)):
        say(f"   {name:<12} {1000 * seconds:>9.2f} ms  {bar(seconds, longer, 46)}")
    each = 1 / longer
    together = options.batch * each
    cost = options.gpus * options.price / (3600 * together) * 1e6
    say(f"   each stream {number(each)} tokens/s, all together {number(together)}")
    say(f"   a million tokens: {cost:,.2f} at {options.price:g} for a card and hour")
    first = max(plan.times(options.context, 0))
    bound = "computing" if plan.times(options.context, 0)[1] == first else "reading"
    say(f"   a prompt of {options.context:,} tokens: {first:,.2f} s before the first, bounded by {bound}")


def all_schemes(options):
    say(f"3. Every scheme, {options.gpus} × {options.gpu}, streams of {options.context:,} tokens")
    plans = {s: Plan(options.model, options.gpu, options.gpus, s, KV_BITS[options.kv]) for s in SCHEMES}
    rates = {s: p.each(1, options.context) for s, p in plans.items() if p.streams(options.context)}
    fastest = max(rates.values(), default=1)
    say(f"   {'scheme':<18}{'weights':>10}  {'one stream':<20} batch at ≥ {options.wanted:g} each")
    for scheme, plan in plans.items():
        line = f"   {scheme:<18}{plan.weights / 1e9:>7,.1f} GB  "
        if scheme not in rates:
            say(line + "does not fit")
            continue
        line += f"{number(rates[scheme]):>7} {bar(rates[scheme], fastest, 14):<16} "
        batch = plan.best_batch(options.context, options.wanted)
        if batch:
            total = batch * plan.each(batch, options.context)
            say(line + f"{batch:>5,}: {number(total)}/s")
        else:
            say(line + " none")
    for scheme in IN_TURN:
        if scheme in rates and options.gpus > 1:
            alone = number(rates[scheme] / options.gpus)
            say(f"   {scheme}: in vLLM the cards take turns; one stream: {alone} at best.")
    if rates:
        say(f"   See: which bars stay below {options.wanted:g} tokens/s, and what a batch does.")
        return
    cards = {s: cards_needed(options, s) for s in SCHEMES}
    enough = ", ".join(f"{s} on {n}" for s, n in cards.items() if n and s in ("bf16", "w8a8", "awq-int4"))
    say("   Nothing fits here." + (" One such stream would, with so many cards:" if enough else ""))
    if enough:
        say(f"   {enough}")


def main(options):
    plan = Plan(options.model, options.gpu, options.gpus, options.scheme, KV_BITS[options.kv])
    say(f"Device   {options.device}; arithmetic only, so the cards need not be there")
    say(f"Model    {options.model}: {plan.parameters:,} weights; a token caches {plan.per_token:,.0f} bytes")
    say(f"Cards    {options.gpus} × {options.gpu}: {gb(plan.memory)}, {plan.bandwidth / 1e9:,.0f} GB/s")
    say()
    fits = what_fits(plan, options)
    say()
    if fits:
        how_fast(plan, options)
        say()
    all_schemes(options)
    say()
    say("Rates are bounds from reading and computing alone; software stays below them.")


# --- the options ------------------------------------------------------------------------------------


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
    parser = argparse.ArgumentParser(description="What fits on which cards, and how fast.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N; nothing runs on it")
    parser.add_argument("--model", choices=tuple(MODELS), default="llama-3-70b")
    parser.add_argument("--gpu", choices=tuple(GPUS), default="a100-80gb")
    parser.add_argument("--gpus", type=between(int, 1, 16), default=2)
    parser.add_argument("--scheme", choices=tuple(SCHEMES), default="bf16")
    parser.add_argument("--context", type=between(int, 1, 131072), default=4096)
    parser.add_argument("--batch", type=between(int, 1, 4096), default=1)
    parser.add_argument("--kv", choices=("bf16", "fp8"), default="bf16")
    parser.add_argument("--wanted", type=between(float, 0.1, 1000), default=30.0)
    parser.add_argument("--price", type=between(float, 0, 1000), default=2.0)
    options = parser.parse_args(arguments)

    kind, _, index = options.device.partition(":")
    known = kind in ("auto", "cpu") and options.device == kind
    if not known and (kind != "cuda" or (":" in options.device and not index.isdecimal())):
        parser.error(f"--device {options.device}: use auto, cpu, cuda or cuda:N")
    options.device = "cpu" if kind == "auto" else options.device
    return options


if __name__ == "__main__":
    main(parse_options())
