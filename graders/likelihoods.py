"""Batches of logits and tokens, and the exact likelihood of the tokens under them.

The logits at position t predict token t+1, so a batch of t tokens holds t-1 predictions a sequence. Padding
stands on the right, holds tokens that mean nothing, and logits as finite as any. All sums are taken in float64.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    """The arguments of ``perplexity``: f32[b, t, v], i64[b, t], bool[b, t] or None."""

    logits: Tensor
    tokens: Tensor
    mask: Tensor | None = None

    @property
    def real(self) -> Tensor:
        """bool[b, t]: which tokens are no padding."""
        return torch.ones_like(self.tokens, dtype=torch.bool) if self.mask is None else self.mask


def losses(logits: Tensor, targets: Tensor) -> Tensor:
    """-ln p of each target, f64[b, n], from logits [b, n, v] at the same positions."""
    return -log_p(logits).gather(-1, targets[..., None])[..., 0]


def log_p(logits: Tensor) -> Tensor:
    """ln p of every token of the vocabulary at every position, f64 of the shape of the logits."""
    return torch.log_softmax(logits.double(), dim=-1)


def mean_loss(batch: Batch) -> float:
    """The mean of -ln p over every real token that has a predecessor."""
    return float(losses(batch.logits[:, :-1], batch.tokens[:, 1:])[batch.real[:, 1:]].mean())


def perplexity_of(batch: Batch) -> float:
    """exp of the mean loss; infinite where float64 can't hold it."""
    return float(torch.tensor(mean_loss(batch), dtype=torch.float64).exp())


# --- drawing ------------------------------------------------------------------------------------


def drawn_tokens(draw: Any, sequences: int, length: int, vocabulary: int) -> Tensor:
    """i64[sequences, length]: tokens below ``vocabulary``, all as likely."""
    return torch.randint(vocabulary, (sequences, length), generator=draw.generator)


def drawn_batch(draw: Any, sequences: int, length: int, vocabulary: int) -> Batch:
    """A model that knows some sequences well and others badly, and guesses unevenly within each."""
    tokens = drawn_tokens(draw, sequences, length, vocabulary)
    logits = 1.5 * draw.normal(sequences, length, vocabulary)
    known = (
        torch.linspace(-1.0, 3.5, sequences)[draw.permutation(sequences)][:, None] if sequences > 1 else 1.0
    )
    raise_targets(logits, tokens, known + draw.normal(sequences, length - 1))
    return Batch(logits, tokens)


def raise_targets(logits: Tensor, tokens: Tensor, by: Tensor) -> None:
    """Adds ``by``, [b, t-1], to the logit of each token at the position before it, in place."""
    logits[:, :-1].scatter_add_(2, tokens[:, 1:, None], by[..., None].to(logits.dtype))


def padded(draw: Any, batch: Batch) -> Batch:
    """The same batch with padding on the right: every sequence keeps another length, one of them all.

    What stands in the padding is drawn: token 0 in some sequences, any tokens in the others.
    """
    sequences, length = batch.tokens.shape
    lengths = torch.linspace(length, 3, sequences).round().long()[draw.permutation(sequences)]
    mask = torch.arange(length)[None] < lengths[:, None]
    zeroed = torch.arange(sequences)[draw.permutation(sequences)][:, None] < sequences // 2
    tokens = torch.where(~mask & zeroed, 0, batch.tokens)
    return Batch(torch.where(mask[..., None], batch.logits, 2 * batch.logits), tokens, mask)


def long_texts(draw: Any) -> Batch:
    """Ordinary predictions, so many that their probabilities together are below what float64 holds."""
    return Batch(draw.normal(6, 70, 11), drawn_tokens(draw, 6, 70, 11))


def with_rare_tokens(draw: Any, depth: float) -> Batch:
    """A quarter of the tokens stand ``depth`` below the largest logit at their position."""
    batch = drawn_batch(draw, 4, 16, 30)
    logits = batch.logits - batch.logits.amax(dim=-1, keepdim=True)
    rare = draw.permutation(4 * 15).reshape(4, 15) % 4 == 0
    at_target = logits[:, :-1].gather(2, batch.tokens[:, 1:, None])[..., 0]
    raise_targets(logits, batch.tokens, torch.where(rare, -depth - at_target, 0.0))
    return Batch(logits, batch.tokens)


def far_apart(draw: Any, gap: float) -> Batch:
    """Logits from -10,000 up to ``gap`` above that. Every token is the likeliest but one, which is the least."""
    tokens = drawn_tokens(draw, 4, 101, 24)
    logits = -1e4 * torch.rand(4, 101, 24, generator=draw.generator)
    row, column = draw.integer(0, 3), draw.integer(0, 99)
    likeliest = tokens.roll(-1, dims=1)
    likeliest[row, column] = (tokens[row, column + 1] + 1) % 24
    logits.scatter_(2, likeliest[..., None], gap - 1e4)
    logits[row, column, tokens[row, column + 1]] = -1e4
    return Batch(logits, tokens)


def strided(batch: Batch) -> Batch:
    """The same numbers in tensors that are not contiguous."""
    logits = batch.logits.transpose(0, 1).contiguous().transpose(0, 1)
    tokens = batch.tokens.repeat_interleave(2, dim=1)[:, ::2]
    return Batch(logits, tokens, None if batch.mask is None else batch.mask.T.contiguous().T)
