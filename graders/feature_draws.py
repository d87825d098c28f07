"""Activations on which every wrong idea of what an outlier feature is chooses other features.

As in ``activations``, a feature is a column of X, and no value lies within 1 % of the threshold.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from activations import activations
from torch import Tensor

TOKENS, FEATURES = (36, 44), (200, 220)
BARELY, NEARLY = 1.015, 0.985  # times the threshold: 1 % around it stays empty, in float16 too


class Kind(NamedTuple):
    """An outlier feature: on which share of the tokens it is large, and how large, in units of the threshold."""

    share: float
    low: float
    high: float
    signs: tuple[float, ...] = (-1.0, 1.0)


# Every wrong idea of how many tokens it takes, and of which sign, chooses other kinds than every other.
KINDS = (
    Kind(1.0, 3.0, 5.0, (1.0,)),
    Kind(1.0, 3.0, 5.0, (-1.0,)),
    Kind(0.95, 3.0, 5.0, (1.0,)),
    Kind(0.7, 2.5, 4.0),
    Kind(0.4, 3.5, 4.5),
    Kind(0.4, 1.2, 1.4),
    Kind(0.08, 2.0, 4.0),
    Kind(0.05, 2.0, 4.0),
    Kind(0.0, 7.0, 9.0, (-1.0,)),
    Kind(0.0, 7.0, 9.0, (1.0,)),
    Kind(0.0, BARELY, BARELY),
)


def every_kind(draw: Any, threshold: float, tokens: int | None = None, features: int | None = None) -> Tensor:
    """Activations with outlier features of every kind, one of the first token, and one that is nearly one."""
    X = activations(draw, tokens or draw.integer(*TOKENS), features or draw.integer(*FEATURES), threshold)
    nearly, first, *outlying = draw.permutation(X.shape[1])[: len(KINDS) + 2].tolist()
    place(draw, X, nearly, NEARLY * threshold)
    X[[0, -1], first] = 2.0 * threshold
    for feature, kind in zip(outlying, KINDS, strict=True):
        for token in some_tokens(draw, len(X), kind.share):
            size = threshold * draw.uniform(kind.low, kind.high)
            X[token, feature] = size * draw.choice(kind.signs)
    return X


def some_tokens(draw: Any, tokens: int, share: float) -> list[int]:
    """A share of the tokens, at least one; neither the first nor the last if they are few."""
    count = max(1, round(share * tokens))
    order = draw.permutation(tokens).tolist()
    if share < 0.1 and tokens > 2:
        order = [token for token in order if 0 < token < tokens - 1]
    return order[:count]


def place(draw: Any, X: Tensor, feature: int, magnitude: float) -> None:
    """Sets one token of a feature, neither the first nor the last where there are more."""
    X[some_tokens(draw, len(X), 0.0), feature] = magnitude * draw.choice((-1.0, 1.0))
