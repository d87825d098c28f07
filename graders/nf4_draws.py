"""Families of weights with the block size to quantize them with, drawn fresh for every grading.

All are f32[n]; each block is all zeros or has an absmax between 1e-3 and 1e3. Where the error is judged blocks
hold 64 weights and more, so that no chance of a few weights decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from matrices import made_large, made_small, within_range
from nf4_levels import absmax_of_blocks
from torch import Tensor

WEIGHTS = 3600


class Blocked(NamedTuple):
    """Weights and the size of their blocks."""

    W: Tensor
    block_size: int


def blocked(draw: Any, name: str) -> Blocked:
    """Weights of the family ``name``."""
    return FAMILIES[name](draw)


def blocks_of(weights: int, block_size: int) -> int:
    """How many blocks so many weights fill, the short last one counted."""
    return -(-weights // block_size)


def in_range(W: Tensor, block_size: int) -> Tensor:
    """Rescale the blocks whose absmax is not zero and not in the promised range."""
    return within_range(W, absmax_of_blocks(W, block_size))


def _normal(draw: Any, weights: int, block_size: int, size: float | None = None) -> Blocked:
    W = draw.normal(weights) * (size or 10 ** draw.uniform(-1.7, 0.9))
    return Blocked(in_range(W, block_size), block_size)


def _usual(draw: Any) -> Blocked:
    return _normal(draw, 64 * draw.integer(52, 60), 64)


def _wide(draw: Any) -> Blocked:
    return _normal(draw, 256 * draw.integer(14, 17), 256)


def _short_last(draw: Any) -> Blocked:
    block_size = draw.integer(65, 120)
    return _normal(draw, WEIGHTS // block_size * block_size + draw.integer(20, 50), block_size)


def _one_block(draw: Any) -> Blocked:
    """The block size exceeds the number of weights, and every level is used."""
    weights = WEIGHTS + draw.integer(0, 99)
    return _normal(draw, weights, weights + draw.integer(1, 99))


def _apart(draw: Any) -> Blocked:
    """Neighbouring blocks differ eight-fold in size; blocks fill the weights."""
    block_size = draw.choice((80, 96, 112))
    return _with_sizes(draw, _normal(draw, block_size * draw.integer(36, 40), block_size))


def _apart_and_short(draw: Any) -> Blocked:
    block_size = draw.integer(65, 90)
    return _with_sizes(
        draw, _normal(draw, block_size * draw.integer(36, 40) + draw.integer(20, 50), block_size)
    )


def _few_and_short(draw: Any) -> Blocked:
    """Five long blocks and a much shorter one: shared out evenly, all borders would lie elsewhere."""
    block_size = draw.integer(550, 650)
    return _with_sizes(draw, _normal(draw, block_size * 5 + draw.integer(30, 60), block_size))


def _square(draw: Any) -> Blocked:
    """As many blocks as there are weights in a block."""
    block_size = draw.integer(65, 68)
    return _with_sizes(draw, _normal(draw, block_size**2, block_size))


def _with_sizes(draw: Any, drawn: Blocked) -> Blocked:
    W, block_size = drawn
    large = draw.permutation(blocks_of(len(W), block_size)) % 2 == 0
    large[-2:] = torch.tensor([False, True])  # so that a short block shows whose absmax it has
    sizes = torch.where(large, 1.0, 0.125).repeat_interleave(block_size)[: len(W)]
    return Blocked(in_range(W * sizes, block_size), block_size)


def _outliers(draw: Any) -> Blocked:
    """In every fourth block a weight four times as large as any other."""
    W, block_size = _short_last(draw)
    places = torch.arange(0, len(W) - block_size, 4 * block_size) + draw.integer(0, block_size - 1)
    signs = torch.where(torch.arange(len(places)) % 2 == 0, 1.0, -1.0)
    W[places] = 4.0 * float(W.abs().max()) * signs
    return Blocked(in_range(W, block_size), block_size)


def _negative_peaks(draw: Any) -> Blocked:
    """In every block the weight of largest magnitude is negative."""
    W, block_size = _short_last(draw)
    return Blocked(in_range(torch.where(W > 0, 0.3 * W, W), block_size), block_size)


def _positive(draw: Any) -> Blocked:
    """All but every twentieth weight are positive, the largest of each block among them."""
    W, block_size = _short_last(draw)
    return Blocked(torch.where(draw.permutation(len(W)) % 20 == 0, -0.5, 1.0) * W.abs(), block_size)


def _negative(draw: Any) -> Blocked:
    W, block_size = _positive(draw)
    return Blocked(-W, block_size)


def _small(draw: Any) -> Blocked:
    W, block_size = _short_last(draw)
    return Blocked(in_range(made_small(draw, W), block_size), block_size)


def _large(draw: Any) -> Blocked:
    W, block_size = _short_last(draw)
    return Blocked(in_range(made_large(draw, W), block_size), block_size)


def _strided(draw: Any) -> Blocked:
    W, block_size = _normal(draw, 2 * WEIGHTS + draw.integer(20, 50), draw.integer(65, 90))
    return Blocked(in_range(W[::2], block_size).repeat_interleave(2)[::2], block_size)


def _zeros(draw: Any) -> Blocked:
    """Single zeros, and whole blocks of them, the last one among these."""
    W, block_size = _short_last(draw)
    blocks = blocks_of(len(W), block_size)
    zero = draw.permutation(blocks) % 5 == 0
    zero[-1] = True
    W = W.masked_fill(zero.repeat_interleave(block_size)[: len(W)], 0.0)
    W[draw.permutation(len(W)) % 8 == 0] = 0.0
    return Blocked(in_range(W, block_size), block_size)


# --- few weights in a block: only the largest error is judged -----------------------------------------


def _ones(draw: Any) -> Blocked:
    """Blocks of one weight."""
    return Blocked(in_range(draw.normal(draw.integer(50, 90)), 1), 1)


def _one_weight(draw: Any) -> Blocked:
    return Blocked(in_range(draw.normal(1), 1), draw.integer(1, 90))


def _short_blocks(draw: Any) -> Blocked:
    block_size = draw.integer(3, 9)
    return _normal(draw, block_size * draw.integer(20, 40) + draw.integer(1, block_size - 1), block_size)


def _constant(draw: Any) -> Blocked:
    block_size, blocks = draw.integer(5, 9), draw.integer(20, 30)
    values = 10.0 ** draw.normal(blocks).clamp(-2.5, 2.5)
    values = values * torch.where(torch.arange(blocks) % 2 == 0, 1.0, -1.0)
    W = values.repeat_interleave(block_size)[: -draw.integer(1, block_size - 1)]
    return Blocked(W.contiguous(), block_size)


FAMILIES: dict[str, Callable[[Any], Blocked]] = {
    "usual": _usual,
    "wide": _wide,
    "short last": _short_last,
    "one block": _one_block,
    "apart": _apart,
    "apart and short": _apart_and_short,
    "few and short": _few_and_short,
    "square": _square,
    "outliers": _outliers,
    "negative peaks": _negative_peaks,
    "positive": _positive,
    "negative": _negative,
    "small": _small,
    "large": _large,
    "strided": _strided,
    "zeros": _zeros,
    "blocks of one": _ones,
    "one weight": _one_weight,
    "short blocks": _short_blocks,
    "constant": _constant,
}
