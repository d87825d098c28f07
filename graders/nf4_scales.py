"""Wrong ideas of which weights share an absmax, and of what an absmax is."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from nf4_levels import absmax_of_blocks, in_blocks
from torch import Tensor

EPSILONS = (1e-1, 1e-2, 1e-3, 1e-4)
USUAL_SIZES = (16, 32, 64, 128, 256)


def shared_absmaxes(W: Tensor, block_size: int) -> Iterator[tuple[str, Tensor]]:
    """Wrong blocks: each idea with the absmax at every weight, f64[n]."""
    place, weights = torch.arange(len(W)), len(W)
    blocks = -(-weights // block_size)
    yield "one-absmax-for-all", W.abs().max().expand_as(W)
    yield "blocks-interleaved", _absmax_of(W, place % blocks)
    yield "blocks-from-the-end", _absmax_of(W, (place + blocks * block_size - weights) // block_size)
    yield "block-size-taken-for-count", absmax_of_blocks(W, -(-weights // min(block_size, weights)))
    yield "block-size-taken-for-count", absmax_of_blocks(W, max(1, weights // block_size))
    yield "blocks-evenly-cut", absmax_of_blocks(W, -(-weights // blocks))
    pieces = torch.tensor_split(W, blocks)
    yield "blocks-evenly-cut", torch.cat([piece.abs().max().expand_as(piece) for piece in pieces])
    full = weights // block_size * block_size
    if 0 < full < weights:
        yield "short-block-forgotten", _absmax_of(W, torch.where(place < full, place, full - 1) // block_size)
        first = absmax_of_blocks(W, block_size)
        yield "short-block-forgotten", torch.where(place < full, first, first[full - 1])
    for usual in USUAL_SIZES:
        if usual != block_size:
            yield "block-size-hard-coded", absmax_of_blocks(W, usual)


def wrong_absmaxes(W: Tensor, block_size: int) -> Iterator[tuple[str, Tensor]]:
    """Wrong formulas: each idea with what it divides and multiplies by at every weight, f64[n]."""
    absmax = absmax_of_blocks(W, block_size)

    def spread(of_block: Tensor) -> Tensor:
        return of_block.repeat_interleave(block_size)[: len(W)]

    blocks = in_blocks(W, block_size)
    yield "scale-from-signed-max", spread(blocks.amax(dim=1))
    yield "scale-from-signed-max", spread(blocks.amax(dim=1)).abs()
    yield "scale-from-norm", spread(blocks.norm(dim=1))
    yield "scale-from-norm", spread(blocks.abs().sum(dim=1))
    yield "absmax-rounded-to-integer", absmax.round()
    yield "absmax-rounded-to-integer", absmax.trunc()
    yield "absmax-rounded-to-integer", absmax.ceil()
    for epsilon in EPSILONS:
        yield "epsilon-hides-small-blocks", absmax + epsilon
        yield "epsilon-hides-small-blocks", absmax.clamp(min=epsilon)


def _absmax_of(W: Tensor, shared: Tensor) -> Tensor:
    """The largest magnitude of the weights with the same number, at every weight."""
    absmax = torch.zeros(int(shared.max()) + 1, dtype=W.dtype)
    return absmax.scatter_reduce(0, shared, W.abs(), "amax")[shared]
