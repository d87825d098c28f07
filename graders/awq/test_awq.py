"""Hidden checks of awq: the grid, the error of the output against a search of the judge's own, and dead channels."""

from __future__ import annotations

from functools import partial

import torch
from awq_draws import alike, layer, with_dead_channels, with_zeros
from awq_probe import thought_behind
from awq_suspects import is_flat, thought_of_no_scale, thought_of_weights
from awq_yardstick import LOOSE_FACTOR, LOSS_FACTOR, Layer
from scale_form import SCALE_DTYPES
from torch import Tensor
from wording import figure

# --- the learner's functions, with the form of their results --------------------------------------


def scales_of(solution, expect, part: Layer) -> Tensor:
    s = solution.awq_scales(part.W, part.X, part.bits, part.group_size)
    expect.tensor(
        s,
        name="what awq_scales returns",
        dtype=SCALE_DTYPES,
        shape=(part.W.shape[1],),
        misconception=lambda: thought_of_form(s, part),
    )
    good = s.isfinite() & (s > 0)
    expect(
        bool(good.all()),
        expected="a positive, finite s for every channel, also for a dead one",
        came=kind_of(s[~good].double()),
        misconception=lambda: thought_of_no_scale(part, s),
    )
    return s


def thought_of_form(s: object, part: Layer) -> str | None:
    if isinstance(s, (int, float)):
        return "nothing-scaled"
    if not isinstance(s, Tensor):
        return None
    (outputs, channels), tokens = part.W.shape, len(part.X)
    if s.shape == (channels,):
        return "scales-in-float64" if s.dtype == torch.float64 else None
    if s.numel() == 1:
        return "nothing-scaled" if tokens > 1 else None
    if s.numel() == -(-channels // part.group_size) and s.numel() not in (outputs, tokens):
        return "one-scale-for-each-group"
    if s.numel() == outputs != tokens:
        return "scales-per-output"
    return "tokens-for-channels" if s.numel() == tokens != outputs else None


def kind_of(bad: Tensor) -> str:
    if bool(bad.isnan().any()):
        return "NaN"
    if bool(bad.isinf().any()):
        return "infinity"
    return "a negative number" if bool((bad < 0).any()) else "zero"


def weights_of(solution, expect, part: Layer, s: Tensor) -> Tensor:
    came = solution.apply_awq(part.W, s, part.bits, part.group_size)
    came = expect.tensor(came, name="what apply_awq returns", dtype=torch.float32, shape=part.W.shape)
    expect(
        bool(came.isfinite().all()),
        expected="finite weights",
        came="NaN" if bool(came.isnan().any()) else "infinity",
        misconception=lambda: thought_of_weights(part, s, came),
    )
    return came


# --- judging ----------------------------------------------------------------------------------------


def judge(
    solution,
    measure,
    expect,
    part: Layer,
    s: Tensor,
    W_hat: Tensor,
    *,
    factor: float,
    dead: bool = False,
    searched: bool = True,
):
    """Few enough values, and a loss near that of the judge's search.

    Args:
        dead: there are dead channels.
        searched: s is the learner's own.
    """
    count, on_grid = part.values(W_hat, s)

    def thought() -> str | None:
        found = thought_behind(solution, part, s, W_hat, searched=searched)
        # Without dead channels the search finds something, and here it keeps 1: it compared with NaN.
        return found or ("dead-channel-divides-by-zero" if dead and is_flat(s) else None)

    expect(
        count <= part.levels,
        expected=f"W_hat · s with at most {part.levels} values in each row and group, for {part.bits} bits",
        came=f"a row with {count} values in a group, in {size(part)}",
        misconception=thought,
    )
    ratio = part.loss(on_grid) / part.search_loss if part.search_loss else 0.0
    plain = f" (without scales it is {figure(part.plain_loss / part.search_loss)} times)" if ratio else ""
    measure(
        "loss with the judge's s" if factor == LOOSE_FACTOR and len(part.X) > 1 else "loss of the output",
        ratio,
        factor,
        unit="× the 20-point search",
        expected=f"‖X (W − W_hat)ᵀ‖² of at most {factor:g} times that of a 20-point search",
        came=f"{figure(ratio)} times that{plain}, with {size(part)}",
        misconception=thought,
    )


def judge_given(solution, draw, measure, expect, part: Layer):
    """apply_awq alone, with the scales of the judge's search times any number."""
    s = given_scales(draw, part)
    W_hat = weights_of(solution, expect, part, s)
    judge(solution, measure, expect, part, s, W_hat, factor=LOOSE_FACTOR, searched=False)


def given_scales(draw, part: Layer) -> Tensor:
    return (part.best[1] * 10 ** draw.uniform(-1.0, 1.0)).float()


def judge_both(solution, measure, expect, part: Layer, *, factor: float = LOSS_FACTOR, dead: bool = False):
    """apply_awq with the scales that awq_scales found."""
    s = scales_of(solution, expect, part)
    W_hat = weights_of(solution, expect, part, s)
    judge(solution, measure, expect, part, s.float(), W_hat, factor=factor, dead=dead)


def size(part: Layer) -> str:
    rows, columns = part.W.shape
    tokens = "one token" if len(part.X) == 1 else f"{len(part.X)} tokens"
    return f"W of {rows} × {columns} in groups of {part.group_size} and {tokens}"


# --- the checks -------------------------------------------------------------------------------------


def test_square(solution, draw, measure, expect):
    """With as many tokens and outputs as channels, too, each channel has its own scale."""
    part = layer(draw, (48, 48, 48), 4, 32)
    judge_given(solution, draw, measure, expect, part)
    judge_both(solution, measure, expect, part)


def test_apply(solution, draw, measure, expect):
    """apply_awq rounds W · s to few values in each row and group, and undoes s."""
    fresh = partial(layer, draw)
    for part in (
        fresh((16, 12, 128), 4, 64),
        fresh((16, 12, 64), 3, 64),
        fresh((16, 8, 256), 4, 32, apart=True),
        fresh((16, 12, 100), 3, draw.integer(37, 43)),
    ):
        judge_given(solution, draw, measure, expect, part)


def test_search(solution, draw, measure, expect):
    """The scales that awq_scales finds keep the error of the output low."""
    for channels, bits, group_size in ((128, 4, 64), (96, 3, 32), (128, 4, 128), (100, 3, 40)):
        part = layer(draw, (40 + draw.integer(0, 8), 16, channels), bits, group_size)
        judge_both(solution, measure, expect, part)
    judge_both(solution, measure, expect, layer(draw, (40, 12, 256), 4, 32, apart=True))
    judge_both(solution, measure, expect, layer(draw, (48, 20, 128), 4, 64, decoys=True))


def test_dead_channels(solution, draw, measure, expect):
    """Channels without activations or without weights get a positive scale and disturb nothing."""
    for bits, group_size in ((4, 48), (3, 32)):
        part = with_dead_channels(draw, (40, 16, 96), bits, group_size)
        judge_both(solution, measure, expect, part, dead=True)
    judge_both(solution, measure, expect, Layer(draw.normal(6, 48), torch.zeros(5, 48), 3, 24))


def test_zeros(solution, draw, measure, expect):
    """Rows and groups of zeros come back as exact zeros, and a token of zeros disturbs nothing."""
    part, zero = with_zeros(draw, (40, 16, 96), 4, 32)
    s = given_scales(draw, part)
    came = weights_of(solution, expect, part, s)
    expect(
        not came[zero].count_nonzero(),
        expected="rows and groups of zeros to come back as exact zeros",
        came=f"numbers in them that are not zero, {came[zero].abs().max():.2g} at most",
        misconception=lambda: thought_behind(solution, part, s, came, searched=False),
    )
    judge(solution, measure, expect, part, s, came, factor=LOOSE_FACTOR, searched=False)
    judge_both(solution, measure, expect, part)


def test_alike(solution, draw, measure, expect):
    """Where all channels are equally loud, the search does no harm."""
    judge_both(solution, measure, expect, alike(draw, (24, 16, 64), 4, 32))


def test_shapes(solution, draw, measure, expect):
    """One token, a group larger than the row, and views that are not contiguous are served."""
    judge_both(solution, measure, expect, layer(draw, (1, 32, 64), 4, 32), factor=LOOSE_FACTOR)
    judge_both(solution, measure, expect, layer(draw, (40, 12, 72), 4, 128))
    part = layer(draw, (40, 12, 80), 3, 40)
    W = torch.stack([part.W, part.W], dim=2)[:, :, 1]
    judge_both(solution, measure, expect, Layer(W, part.X.T.contiguous().T, 3, 40))
