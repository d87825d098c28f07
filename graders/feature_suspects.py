"""Wrong ideas of which features of X are outliers, and which of them chose the indices that came.

An idea is named only if it chooses exactly what came and no other idea does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

PAPER_THRESHOLD = 6.0
SHARES_OF_FEATURES = (0.01, 0.02, 0.05, 0.1)

Choice = tuple[str, Tensor]


def places(chosen: Tensor) -> Tensor:
    """bool[h] -> i64[k], ascending."""
    return chosen.nonzero().flatten()


def outlier_features(X: Tensor, threshold: float) -> Tensor:
    """i64[k]: the columns of X with a magnitude beyond the threshold."""
    return places((X.abs() > threshold).any(dim=0))


def thought_of_choice(came: Tensor, ideas: Iterable[Choice]) -> str | None:
    """The one idea that chooses the features that came (i64[k], in any order), or None."""
    found = ideas_behind(came, ideas)
    return found.pop() if len(found) == 1 else None


def ideas_behind(came: Tensor, ideas: Iterable[Choice]) -> set[str]:
    """The ideas that choose the features that came (i64[k], in any order)."""
    mine = came.sort().values
    return {idea for idea, chosen in ideas if torch.equal(mine, places(chosen))}


def choices(X: Tensor, threshold: float) -> Iterator[Choice]:
    """Ideas of how many tokens, and which side of zero, make an outlier: bool[h]."""
    X = X.float()
    magnitude = X.abs()
    beyond = magnitude > threshold
    yield "signed-comparison", X.gt(threshold).any(dim=0)
    yield "signed-comparison", X.lt(-threshold).any(dim=0)
    yield "signed-comparison", X.amax(dim=0).abs() > threshold
    yield "mean-magnitude", magnitude.mean(dim=0) > threshold
    yield "mean-magnitude", X.mean(dim=0).abs() > threshold
    yield "mean-magnitude", X.square().mean(dim=0).sqrt() > threshold
    yield "every-token-must-exceed", beyond.all(dim=0)
    yield from (("share-of-tokens", beyond.float().mean(dim=0) >= share) for share in (0.06, 0.1, 0.25))
    yield from (("share-of-tokens", beyond.float().mean(dim=0) > share) for share in (0.06, 0.5))
    yield from (("share-of-tokens", beyond.sum(dim=0) >= count) for count in (2, 3))
    yield "only-the-largest-feature", _largest(magnitude.amax(dim=0), 1) & beyond.any(dim=0)


def by_token(X: Tensor, threshold: float) -> Choice:
    """Tokens taken for features: bool[t]."""
    return "outliers-by-token", (X.abs() > threshold).any(dim=1)


def other_scales(X: Tensor, threshold: float) -> Iterator[Choice]:
    """Ideas of what the magnitudes are compared with: bool[h]."""
    X = X.float()
    magnitude = X.abs()
    largest = magnitude.amax(dim=0)
    if threshold != PAPER_THRESHOLD:
        yield "threshold-hard-coded", largest > PAPER_THRESHOLD
    for spread in _spreads(X):
        for middle in (0.0, X.mean(), X.mean(dim=0)):
            yield "threshold-in-deviations", ((X - middle).abs() > threshold * spread).any(dim=0)
    for typical in (
        magnitude.mean(),
        magnitude.median(),
        magnitude.mean(dim=0),
        largest.mean(),
        largest.median(),
    ):
        yield "threshold-in-deviations", (magnitude > threshold * typical).any(dim=0)
    yield from (("share-of-features", chosen) for chosen in _shares(magnitude, largest))
    for order in (1, 2):
        yield "norm-of-the-column", torch.linalg.vector_norm(X, order, dim=0) > threshold
    yield "norm-of-the-column", X.sum(dim=0).abs() > threshold
    yield "one-token-decides", magnitude[0] > threshold
    yield "one-token-decides", magnitude[-1] > threshold
    yield "regular-features-returned", ~(magnitude > threshold).any(dim=0)


def _shares(magnitude: Tensor, largest: Tensor) -> Iterator[Tensor]:
    for share in SHARES_OF_FEATURES:
        yield _largest(largest, max(1, round(share * len(largest))))
        yield largest > largest.quantile(1 - share)
        yield (magnitude > magnitude.flatten().quantile(1 - share)).any(dim=0)


def _spreads(X: Tensor) -> Iterator[Tensor]:
    for correction in (0, 1):
        if X.numel() > correction:
            yield X.std(correction=correction)
        if len(X) > correction:
            yield X.std(dim=0, correction=correction)


def _largest(sizes: Tensor, count: int) -> Tensor:
    """bool[h]: the ``count`` largest."""
    chosen = torch.zeros(len(sizes), dtype=torch.bool)
    chosen[sizes.topk(min(count, len(sizes))).indices] = True
    return chosen
