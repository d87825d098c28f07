"""The sixteen levels of NF4, what they make of blocks of weights, and how far numbers are from them.

The levels are quantiles of the standard normal distribution: eight positive ones, zero, and seven negative
ones, from the probability ``OFFSET`` down to a half in equal steps on each side, divided by the largest
(create_normal_map of bitsandbytes; QLoRA, arXiv 2305.14314).
"""

from __future__ import annotations

import torch
from torch import Tensor
from yardsticks import FLOAT16_SCALE_SLACK, Yardstick

OFFSET = 0.9677083


def side(count: int, offset: float = OFFSET) -> Tensor:
    """``count`` positive quantiles, descending from that of ``offset``, f64[count]."""
    return torch.special.ndtri(torch.linspace(offset, 0.5, count + 1, dtype=torch.float64)[:-1])


def normal_levels(offset: float = OFFSET, negative: int = 7, positive: int = 8) -> Tensor:
    """The levels in ascending order, f64[negative + 1 + positive]; the outermost is 1."""
    zero = torch.zeros(1, dtype=torch.float64)
    levels = torch.cat([-side(negative, offset), zero, side(positive, offset).flip(0)])
    return levels / levels.abs().max()


LEVELS = normal_levels()
WIDEST_GAP = float(LEVELS.diff().max())


def nearest_level(x: Tensor, levels: Tensor = LEVELS) -> Tensor:
    """The index of the level nearest to each number (the lower one of two as near)."""
    return torch.bucketize(x.contiguous(), (levels[1:] + levels[:-1]) / 2)


def in_blocks(W: Tensor, block_size: int) -> Tensor:
    """[n] as [blocks, block_size], filled up with zeros."""
    return torch.nn.functional.pad(W, (0, -len(W) % block_size)).reshape(-1, block_size)


def absmax_of_blocks(W: Tensor, block_size: int) -> Tensor:
    """The absmax of its block at every weight, [n]."""
    absmax = in_blocks(W, block_size).abs().amax(dim=1)
    return absmax.repeat_interleave(block_size)[: len(W)]


def yardstick_of(W: Tensor, block_size: int) -> Yardstick:
    """NF4 with the absmax of each block; its steps are the absmaxes."""
    exact = W.double()
    absmax = absmax_of_blocks(exact, block_size)
    relative = exact / torch.where(absmax > 0, absmax, 1.0)
    W_hat = (LEVELS[nearest_level(relative)] * absmax).float()
    return Yardstick(W=exact, W_hat=W_hat, step=absmax, slack=FLOAT16_SCALE_SLACK)


def distance_from_levels(came: Tensor, block_size: int) -> float:
    """How far any number is from every level times a number of its block (of either sign), relative to it.

    That number is found from the largest magnitude of the block, which may stand for one of the outer levels:
    a scale may be searched. Blocks of zeros are left out.
    """
    blocks = in_blocks(came.double(), block_size)
    blocks = blocks[blocks.abs().amax(dim=1) > 0]
    if not len(blocks):
        return 0.0
    top = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    distances = []
    for level in LEVELS[LEVELS.abs() > 0.5]:
        relative = blocks * level / top
        distances.append((relative - LEVELS[nearest_level(relative)]).abs().amax(dim=1))
    return float(torch.stack(distances).amin(dim=0).max())
