"""Activations with outlier features, and the weights they meet, drawn fresh for every grading.

A feature is a column of X. Regular features stay below 0.7 of the threshold, outlier ones lie beyond
1.1 of it, so that no value is within 1 % of the threshold. Tokens (rows of X) and outputs (columns of
W) differ in size up to 10-fold, as they do in models; that is what scales for each of them are for.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

REGULAR = 0.7  # largest regular magnitude, times the threshold
BEYOND = 1.1  # least outlying magnitude, times the threshold

# kind of outlier feature -> share of the tokens on which it shows
KINDS = {"positive": 1.0, "negative": 1.0, "most": 0.8, "often": 0.6, "rare": 0.0}


def activations(
    draw: Any, tokens: int, features: int, threshold: float, kinds: tuple[str, ...] = ()
) -> Tensor:
    """f32[tokens, features] with one outlier feature of each kind named; kinds may repeat.

    ``positive`` and ``negative`` features are outlying on every token and keep their sign, ``most`` and
    ``often`` are so on 80 % and 60 % of them (``often`` with a mean magnitude below the threshold),
    ``rare`` ones on a single token.
    """
    X = draw.normal(tokens, features) * uneven(draw, tokens)[:, None]
    X *= REGULAR * threshold / X.abs().max()
    for kind, feature in zip(kinds, draw.permutation(features), strict=False):
        count = max(1, round(KINDS[kind] * tokens))
        where = draw.permutation(tokens)[:count]
        X[where, feature] = threshold * _outlying(draw, kind, count)
    return X


def weights(draw: Any, features: int, outputs: int) -> Tensor:
    """f32[features, outputs], normal, with outputs of different size."""
    return draw.normal(features, outputs) * uneven(draw, outputs) * 10 ** draw.uniform(-1.5, 0.0)


def uneven(draw: Any, count: int) -> Tensor:
    """``count`` sizes between 0.1 and 1, both included, in random order."""
    return 10.0 ** -torch.linspace(0.0, 1.0, count)[draw.permutation(count)]


def _outlying(draw: Any, kind: str, count: int) -> Tensor:
    """``count`` values beyond ±1, in units of the threshold."""
    if kind in ("positive", "negative"):
        sign = -1.0 if kind == "negative" else 1.0
        return sign * (draw.uniform(3.0, 8.0) * (1 + 0.1 * draw.normal(count))).clamp(min=BEYOND)
    signs = torch.where(draw.normal(count) < 0, -1.0, 1.0)
    sizes = {"most": (2.5, 4.0), "often": (1.2, 1.5), "rare": (3.0, 6.0)}[kind]
    return signs * torch.tensor([draw.uniform(*sizes) for _ in range(count)])
