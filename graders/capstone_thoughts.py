"""What went wrong with a quantized model, told by what came of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from language_models import linear_layers, load, perplexity
from model_runs import LayerResult, Quantized
from torch import Tensor

ROUNDED_DOWN = 0.6  # 0.87 where all is rounded down or towards zero, 0.1 where four bits round to nearest
UNUSED = 0.9
SAME_DIRECTION = 0.8  # the least cosine of the angle between Ŵ and W where only their size differs
SAME_SIZE = (0.5, 2.0)  # ‖Ŵ‖ / ‖W‖ of weights that came back in their own unit


def thought_behind_budget(done: Quantized) -> str | None:
    """Why the payload is larger than the budget."""
    if any(one.floats for one in done.results if not one.layer.head):
        return "weights-kept-in-floats"
    packed = [one for one in done.results if one.bits < 8]
    if packed and median(one.bits_a_weight for one in packed) >= 8:
        return "codes-not-packed"
    return "scales-not-counted" if done.planned_bytes <= done.budget else "budget-not-looked-at"


def thought_behind_perplexity(
    done: Quantized, folder: Path, device: str, windows: Tensor, limit: float
) -> str | None:
    """Why the model reads worse than it could."""
    body = [one for one in done.results if not one.layer.head]
    if sum(map(_in_another_unit, body)) > len(body) / 2:
        return "scales-forgotten"
    if median(one.bias for one in body) > ROUNDED_DOWN:
        return "rounded-down"
    if _one_grid(body):
        return "one-scale-for-all"
    if _with_own_head(done, folder, device, windows) <= limit:
        return "head-like-any-layer"
    return "budget-left-unused" if done.bytes < UNUSED * done.budget else None


def _in_another_unit(one: LayerResult) -> bool:
    """Whether the weights of a layer came back in their direction, but not in their size."""
    return one.cosine > SAME_DIRECTION and not SAME_SIZE[0] < one.size < SAME_SIZE[1]


def _one_grid(body: Sequence[LayerResult]) -> bool:
    """Whether the rows of most layers share one grid: no more values than the codes have."""
    return median(one.values / 2**one.bits for one in body) <= 1


def _with_own_head(done: Quantized, folder: Path, device: str, windows: Tensor) -> float:
    """The perplexity with the head as it was, and everything else as the learner left it."""
    original = load(folder, device)
    for mine, theirs in zip(done.layers, linear_layers(original), strict=True):
        if not mine.head:
            theirs.weight.copy_(mine.weight)
    return perplexity(original, windows)
