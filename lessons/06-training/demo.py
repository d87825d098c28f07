"""A small network in 8, 4, 3 and 2 bits: rounded after training, or trained with the rounding in place.

Runs alone: python demo.py --ste off. Needs torch.
"""

import argparse
import math
import sys
from contextlib import contextmanager

import torch

WIDTH, ARMS, POINTS, FRESH = 32, 3, 768, 4096
TURN, NOISE = 8, 0.12  # radians
FLOAT_EPOCHS, RATE, STEP_RATE = 500, 0.01, 0.002
SWEEP = (8, 4, 3, 2)
BAR = 40  # characters for 100 %


# --- the rounding ---------------------------------------------------------------------------------


def ends(bits):
    """The first and the last code; symmetric, so 2 bits leave −1, 0 and 1."""
    return -(2 ** (bits - 1) - 1), 2 ** (bits - 1) - 1


def absmax_steps(W, bits, granularity):
    """The size of one step, [outputs, 1] or [1, 1]: the largest weight gets the last code."""
    largest = W.abs().amax(dim=1, keepdim=True) if granularity == "row" else W.abs().max().reshape(1, 1)
    return largest / ends(bits)[1]


def lsq_steps(W, bits, granularity):
    """Where learned steps begin: twice the mean magnitude / sqrt(last code), as in the paper on LSQ."""
    size = W.abs().mean(dim=1, keepdim=True) if granularity == "row" else W.abs().mean().reshape(1, 1)
    return 2 * size / math.sqrt(ends(bits)[1])


def fake_quantize(W, step, bits, ste=True):
    """Code times step: W as it will be when it is stored, in float, so that training can go on."""
    u = (W / step).clamp(*ends(bits))
    code = torch.round(u)
    if ste:
        code = (
            u + (code - u).detach()
        )  # the value is the code's; the gradient is u's, as if nothing were rounded
    return code * step


# --- the network: one matrix a layer, relu between, the last column of X is 1 ----------------------


def spiral(count, generator):
    """Points on three arms that wind around each other, and the arm that each belongs to."""
    y = torch.randint(0, ARMS, (count,), generator=generator)
    radius = 0.1 + 0.9 * torch.rand(count, generator=generator, dtype=torch.float64)
    noise = torch.randn(count, generator=generator, dtype=torch.float64)
    angle = 2 * math.pi * y / ARMS + TURN * radius + NOISE * noise
    X = torch.stack([2 * radius * angle.cos(), 2 * radius * angle.sin(), torch.ones_like(angle)], dim=1)
    return X, y


def fresh_weights(generator):
    sizes = ((WIDTH, 3), (WIDTH, WIDTH), (ARMS, WIDTH))
    draw = (torch.randn(o, i, generator=generator, dtype=torch.float64) * math.sqrt(2 / i) for o, i in sizes)
    return list(draw)


def logits(X, weights):
    for W in weights[:-1]:
        X = torch.relu(X @ W.T)
    return X @ weights[-1].T


@torch.no_grad()
def accuracy(data, weights):
    X, y = data
    return 100 * (logits(X, weights).argmax(dim=1) == y).double().mean().item()


def train(data, weights, epochs, rounding=None, steps=(), watch=None):
    """Adam on all points at once, its rate falling to 0.

    ``rounding(W, step)`` stands in the forward pass; W itself stays in float. ``steps`` that require a gradient
    are learned too. ``watch`` is called with the weights before each epoch, and after the last.
    """
    X, y = data
    weights = [W.clone().requires_grad_() for W in weights]
    groups = [{"params": weights, "lr": RATE}]
    learned = [step for step in steps if step.requires_grad]
    if learned:
        groups.append({"params": learned, "lr": STEP_RATE})
    adam = torch.optim.Adam(groups)
    falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda epoch: 1 - epoch / epochs)
    for _ in range(epochs):
        if watch:
            watch(weights)
        used = [rounding(W, step) for W, step in zip(weights, steps, strict=True)] if rounding else weights
        loss = torch.nn.functional.cross_entropy(logits(X, used), y)
        adam.zero_grad()
        if loss.requires_grad:
            loss.backward()
        adam.step()
        falling.step()
        with torch.no_grad():
            for step in learned:
                step.clamp_(min=1e-4)
    if watch:
        watch(weights)
    return [W.detach() for W in weights]


# --- after training, and with it ------------------------------------------------------------------


def rounded(weights, steps, bits):
    return [fake_quantize(W, step, bits) for W, step in zip(weights, steps, strict=True)]


def post_training(weights, bits, options):
    """PTQ: rounded as they are."""
    return rounded(weights, [absmax_steps(W, bits, options.granularity) for W in weights], bits)


def aware(data, weights, bits, options, watch=None):
    """QAT: from the same weights and steps, trained on with the rounding in place, then rounded."""
    learned = options.steps == "learned"
    first = lsq_steps if learned else absmax_steps
    steps = [first(W, bits, options.granularity).requires_grad_(learned) for W in weights]

    def rounding(W, step):
        return fake_quantize(W, step, bits, ste=options.ste == "on")

    trained = train(data, weights, options.epochs, rounding, steps, watch)
    return rounded(trained, [step.detach() for step in steps], bits)


class Watch:
    """Keeps the path of each weight of the middle layer, in steps of its row."""

    def __init__(self, weights, bits, options):
        first = lsq_steps if options.steps == "learned" else absmax_steps
        self.step = first(weights[1], bits, options.granularity)
        self.ends, self.path = ends(bits), []

    def __call__(self, weights):
        self.path.append((weights[1].detach() / self.step).cpu())

    def codes(self):
        return torch.stack(self.path).clamp(*self.ends).round()

    def traveller(self):
        """(row, column) of the weight that went farthest among those whose code changed once and for good."""
        codes = self.codes()
        once = (codes[1:] != codes[:-1]).sum(dim=0) == 1
        travelled = (self.path[-1] - self.path[0]).abs().masked_fill(~once, -1)
        return divmod(travelled.argmax().item(), codes.shape[2])


# --- the run --------------------------------------------------------------------------------------


@contextmanager
def one_thread():
    """On a busy machine several threads wait for each other longer than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def say(line=""):
    print(line, flush=True)


def show_table(data, unseen, weights, longer, options):
    exact = accuracy(unseen, weights)
    say(f"2. Rounded, {options.granularity} scales: accuracy on new points, {options.epochs} epochs more")
    say("   bits   PTQ: rounded   float on,     QAT: rounding   won back of")
    say("            as it is    then rounded      in place       the loss")
    bars = []
    for bits in SWEEP:
        plain = accuracy(unseen, post_training(weights, bits, options))
        control = accuracy(unseen, post_training(longer, bits, options))
        trained = accuracy(unseen, aware(data, weights, bits, options))
        lost = exact - plain
        back = f"{100 * (trained - plain) / lost:.0f} %" if lost >= 1 else "lost < 1"
        say(f"   {bits:>4} {plain:>11.1f} % {control:>11.1f} % {trained:>13.1f} % {back:>14}")
        bars.append((bits, plain, trained))
    say("   See: at how many bits training is worth it, and at how many it is not.")
    say()
    say("3. The same as bars; | marks the accuracy in float")
    for bits, plain, trained in bars:
        for name, value in (("PTQ", plain), ("QAT", trained)):
            bar = ("█" * round(BAR * value / 100)).ljust(BAR + 1)
            mark = round(BAR * exact / 100)
            say(f"   {bits} bits {name}  {bar[:mark]}|{bar[mark + 1 :].rstrip():<1} {value:.1f} %")
    say()


def show_path(data, weights, options):
    watch = Watch(weights, options.bits, options)
    aware(data, weights, options.bits, options, watch)
    codes = watch.codes()
    flipped = 100 * (codes[-1] != codes[0]).double().mean().item()
    say(f"4. {options.bits} bits: the middle layer's {codes[0].numel():,} weights while they are trained")
    say(f"   ended on another code                {flipped:.1f} %")
    again = 100 * ((codes[1:] != codes[:-1]).sum(dim=0) > 1).double().mean().item()
    say(f"   changed their code more than once    {again:.1f} %")
    moved = (watch.path[-1] - watch.path[0]).abs().mean().item()
    say(f"   moved on average                     {moved:.2f} steps of the grid")
    if flipped:
        row, column = watch.traveller()
        say(f"   one of them, row {row}, column {column}: its place in steps, and its code")
        for epoch in sorted({round(options.epochs * part / 8) for part in range(9)}):
            place, code = watch.path[epoch][row, column].item(), codes[epoch, row, column].item()
            say(f"   epoch {epoch:>4} {place:>9.3f} {int(code):>5}")
        say("   See: that it moves long before its code does.")
    else:
        say("   See: no code changed, so the stored network is the one of PTQ.")
    say()


@one_thread()
def main(options):
    device = torch.device(options.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    say(f"Device       {name}, torch {torch.__version__}")
    generator = torch.Generator().manual_seed(options.seed)
    # float64, so that the figures hardly depend on the machine: a rounding may turn on the last digit.
    data, unseen = (
        tuple(tensor.to(device) for tensor in spiral(count, generator)) for count in (POINTS, FRESH)
    )
    start = [W.to(device) for W in fresh_weights(generator)]
    weights = train(data, start, FLOAT_EPOCHS)
    longer = train(data, weights, options.epochs)
    count = sum(W.numel() for W in weights)
    say()
    say(f"1. Points on {ARMS} arms of a spiral; a network of {count:,} weights, three layers")
    say(f"   trained in float for {FLOAT_EPOCHS} epochs on {POINTS} points")
    say(f"   accuracy in float on {FRESH:,} new points   {accuracy(unseen, weights):.1f} %")
    say(f"   after {options.epochs:>4} epochs more in float         {accuracy(unseen, longer):.1f} %")
    say()
    show_table(data, unseen, weights, longer, options)
    show_path(data, weights, options)
    say("5. What it takes, for each weight that is trained with Adam in 32 bits")
    say("   PTQ   the weight                            4 bytes")
    say("   QAT   weight, gradient, two moments        16 bytes, and the data")


# --- the options ----------------------------------------------------------------------------------


def whole(low, high):
    """An argparse type: an integer from ``low`` to ``high``."""

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
    parser = argparse.ArgumentParser(
        description="A small network, rounded after training or while it trains."
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--bits", type=whole(2, 8), default=3)
    parser.add_argument("--epochs", type=whole(1, 1000), default=300)
    parser.add_argument("--granularity", choices=("row", "tensor"), default="row")
    parser.add_argument("--ste", choices=("on", "off"), default="on")
    parser.add_argument("--steps", choices=("fixed", "learned"), default="fixed")
    parser.add_argument("--seed", type=whole(0, 2**32 - 1), default=0)
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
