"""Keys, values and queries for a KV cache, and the attention that is right for them.

The yardstick rounds each key and each value (one token, one KV head) to absmax / 127 and computes everything
else in float64. Attention: softmax(Q Kᵀ / √d) V (Vaswani 2017), with query heads in groups (Ainslie 2023).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

TOP = 127
GRIDS = tuple(127 + k / 8 for k in range(8))
SPREAD = 1.5  # standard deviation of the scores of one query: neither all tokens alike nor one alone

Rounding = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Asked:
    """Queries f32[m, q_heads, d] of the newest m tokens; keys and values f32[t, kv_heads, d] of all t."""

    Q: Tensor
    K: Tensor
    V: Tensor

    @cached_property
    def exact(self) -> Tensor:
        """f64[m, q_heads, d], without any rounding of keys and values."""
        return attention(self.Q, self.K.double(), self.V.double())

    @cached_property
    def yardstick_error(self) -> float:
        """What an int8 cache leaves: the root mean square over grids from absmax / 127 to absmax / 128.

        All of them are as good as each other, and the error of each is partly luck.
        """
        errors = [
            self.error_of(attention(self.Q, on_grid(self.K, steps), on_grid(self.V, steps)))
            for steps in GRIDS
        ]
        return math.hypot(*errors) / len(errors) ** 0.5

    def error_of(self, came: Tensor) -> float:
        """‖came − exact‖, Frobenius."""
        return float((came.double() - self.exact).norm())


def coded(A: Tensor, steps: float = 127.0, rounding: Rounding = torch.round) -> tuple[Tensor, Tensor]:
    """Codes f64[t, heads, d] clipped to int8, and scales f64[t, heads, 1]."""
    scale = A.double().abs().amax(dim=-1, keepdim=True) / steps
    return rounding(A.double() / torch.where(scale > 0, scale, 1.0)).clamp(-128, 127), scale


def on_grid(A: Tensor, steps: float = 127.0, rounding: Rounding = torch.round) -> Tensor:
    """``A`` as it comes back from int8, f64."""
    codes, scale = coded(A, steps, rounding)
    return codes * scale


def attention(
    Q: Tensor,
    K: Tensor,
    V: Tensor,
    *,
    divisor: float | None = None,
    interleaved: bool = False,
    latest: int | None = 0,
    masked_late: bool = False,
    softmax_dim: int = -1,
    after: Tensor | float = 1.0,
) -> Tensor:
    """f64[m, q_heads, d]. What is beside Q, K, V makes it wrong, in the way of a misconception.

    Args:
        divisor: of the scores; √d where it is None.
        interleaved: query head i meets KV head i mod kv_heads, instead of i // group.
        latest: the newest token that a query sees, counted from its own; None: all are seen.
        masked_late: later tokens lose their weights, after the softmax, and the others gain nothing by it.
        softmax_dim: of the scores [m, q_heads, t].
        after: multiplies the weights [m, q_heads, t] after the softmax.
    """
    m, q_heads, d = Q.shape
    tokens, kv_heads, _ = K.shape
    heads = torch.arange(q_heads)
    heads = heads % kv_heads if interleaved else heads // (q_heads // kv_heads)
    scores = torch.einsum("mhd,thd->mht", Q.double(), K.double()[:, heads]) / (divisor or d**0.5)
    own = torch.arange(tokens - m, tokens)[:, None, None]
    hidden = torch.arange(tokens) > own + (tokens if latest is None else latest)
    if not masked_late:
        scores = scores.masked_fill(hidden, float("-inf"))
    weights = scores.softmax(dim=softmax_dim).masked_fill(hidden, 0.0)
    if isinstance(after, Tensor):
        after = after[:, heads].permute(1, 0)  # [t, kv_heads] -> [q_heads, t]
    return torch.einsum("mht,thd->mhd", weights * after, V.double()[:, heads])


# --- what is drawn ------------------------------------------------------------------------------


def uneven(draw: Any, count: int, span: float = 1.0) -> Tensor:
    """``count`` sizes from 10^-span to 1, both included, in random order."""
    return 10.0 ** -torch.linspace(0.0, span, count)[draw.permutation(count)]


def vectors(draw: Any, tokens: int, heads: int, d: int, span: float = 1.0) -> Tensor:
    """f32[tokens, heads, d]: normal, of tokens and heads of different size, with a large channel in each head.

    No vector is longer or shorter than 1e-3 to 1e3; its largest magnitude is negative as often as positive.
    """
    A = draw.normal(tokens, heads, d)
    for head in range(heads):
        A[:, head, draw.integer(0, d - 1)] *= draw.choice((2.5, 3.0))
    return A * uneven(draw, tokens, 0.5)[:, None, None] * uneven(draw, heads, span)[:, None]


def asked(draw: Any, queries: int, tokens: int, kv_heads: int, group: int, d: int) -> Asked:
    """Keys, values, and queries that make of their keys neither one peak nor a plain."""
    K, V = vectors(draw, tokens, kv_heads, d), vectors(draw, tokens, kv_heads, d, 0.3)
    return Asked(steady(draw.normal(queries, kv_heads * group, d), K), K, V)


def steady(Q: Tensor, K: Tensor) -> Tensor:
    """``Q`` made longer or shorter, so that the scores of every query vary by the same amount."""
    tokens, kv_heads, d = K.shape
    if tokens == 1:
        return Q
    scores = torch.einsum("mhd,thd->mht", Q, K.repeat_interleave(Q.shape[1] // kv_heads, dim=1)) / d**0.5
    return SPREAD * Q / scores.std(dim=-1, keepdim=True)


def lopsided(drawn: Asked) -> Asked:
    """The same with small positive keys and values: the largest magnitude of every vector is negative."""
    K, V = (torch.where(A > 0, 0.1 * A, A) for A in (drawn.K, drawn.V))
    return replace(drawn, K=K, V=V)


def peaked(draw: Any, tokens: int, heads: int, d: int) -> Asked:
    """One token far ahead of the others: its score is about 200, and e^200 is no float32."""
    K, V = draw.normal(tokens, heads, d).clamp(-3, 3), vectors(draw, tokens, heads, d, 0.3)
    direction = 1 - 2 * (draw.normal(heads, d) < 0).float()
    K[draw.integer(0, tokens - 2)] = 6 * direction
    return Asked((200 / 6 / d**0.5 * direction)[None], K, V)


def spiked(draw: Any, queries: int, tokens: int, kv_heads: int, group: int, d: int) -> Asked:
    """Queries with one number far larger than the others, where all keys are 0: it adds nothing to any score."""
    drawn = asked(draw, queries, tokens, kv_heads, group, d)
    drawn.K[:, :, 0] = 0.0
    Q = steady(drawn.Q, drawn.K)
    Q[:, :, 0] = 60 * Q.abs().amax(dim=-1)
    return replace(drawn, Q=Q)
