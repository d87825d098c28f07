"""What wrong ideas about a KV cache give on given queries, keys and values, and which of them came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from explained import nearest_ideas, only
from kv_attention import TOP, Asked, attention, coded, on_grid
from torch import Tensor

SAME = 0.03  # how far a result may be from a suspect's, relative to the suspect's
SAME_ERROR = 0.1  # the same for errors of rounding
LARGEST_EXPONENT = 88  # e^89 is no float32
HARMLESS = 1.2  # times the yardstick's error: there is nothing to explain

Suspect = tuple[str, Tensor]


def thought_of_attention(drawn: Asked, came: Tensor) -> str | None:
    """The misconception behind what attend returned, f32[m, q_heads, d], or None."""
    if not bool(came.isfinite().all()):
        return _thought_of_not_finite(drawn, came)
    error = drawn.yardstick_error
    ideas = [(idea, value) for idea, value in _wrong_attention(drawn) if drawn.error_of(value) > 2 * error]
    if drawn.error_of(came) > 2 * error:
        found = _nearest(came.double(), ideas, SAME)
        if found:
            return found
    rounded = [
        (idea, value - drawn.exact)
        for idea, value in _wrong_rounding(drawn)
        if drawn.error_of(value) > HARMLESS * error
    ]
    return _nearest(came.double() - drawn.exact, rounded, SAME_ERROR)


def _thought_of_not_finite(drawn: Asked, came: Tensor) -> str | None:
    if len(came) > 1 and bool(came[-1].isfinite().all()) and bool(came[-2].isinf().any()):
        return "masked-after-the-softmax"  # a weight of −inf, and the newest query has none
    K = _for_each_query_head(drawn, drawn.K)
    scores = torch.einsum("mhd,thd->mht", drawn.Q, K) / came.shape[-1] ** 0.5
    return "largest-logit-not-subtracted" if float(scores.max()) > LARGEST_EXPONENT else None


def _for_each_query_head(drawn: Asked, A: Tensor) -> Tensor:
    return A.repeat_interleave(drawn.Q.shape[1] // A.shape[1], dim=1)


def _wrong_attention(drawn: Asked) -> Iterator[Suspect]:
    """Ideas that change the result by far more than rounding does."""
    Q, d = drawn.Q, drawn.Q.shape[-1]
    k_codes, k_scale = coded(drawn.K)
    v_codes, v_scale = coded(drawn.V)
    K, V = k_codes * k_scale, v_codes * v_scale
    if d > 1:
        yield "not-divided-by-root-d", attention(Q, K, V, divisor=1.0)
        yield "divided-by-d", attention(Q, K, V, divisor=float(d))
        yield "divided-after-the-softmax", attention(Q, K, V, divisor=1.0, after=d**-0.5)
    yield "heads-interleaved", attention(Q, K, V, interleaved=True)
    yield "first-kv-head-for-all", attention(Q, K[:, :1], V[:, :1])
    yield "attends-to-the-future", attention(Q, K, V, latest=None)
    yield "mask-from-the-first-token", attention(Q, K, V, latest=len(Q) - len(K))
    yield "newest-token-left-out", attention(Q, K, V, latest=-1)
    yield "masked-after-the-softmax", attention(Q, K, V, masked_late=True)
    yield "keys-and-values-swapped", attention(Q, V, K)
    yield "keys-in-place-of-values", attention(Q, K, K)
    for dim in (0, 1):
        yield "softmax-over-the-wrong-axis", attention(Q, K, V, softmax_dim=dim)
    for keys, values in ((k_codes, V), (K, v_codes), (k_codes, v_codes)):
        yield "codes-not-scaled-back", attention(Q, keys, values)
    for values in (V, v_codes):
        late = attention(Q, k_codes, values, after=k_scale[:, :, 0])
        yield "key-scale-after-the-softmax", late
        # The same with weights that are made to add up to 1 again.
        yield (
            "key-scale-after-the-softmax",
            late / attention(Q, k_codes, torch.ones_like(V), after=k_scale[:, :, 0]),
        )
    yield "queries-rounded", attention(on_grid(Q), K, V)
    yield "scales-swapped", attention(Q, k_codes * v_scale, v_codes * k_scale)
    yield "one-scale-for-both", attention(Q, K, v_codes * k_scale)
    yield "one-scale-for-both", attention(Q, k_codes * v_scale, V)


def _wrong_rounding(drawn: Asked) -> Iterator[Suspect]:
    """Ideas that make keys and values coarser."""
    for rounding in (torch.trunc, torch.floor):
        for inverse in (False, True):
            yield from _either("truncated-not-rounded", drawn, _Cut(rounding, inverse))
    for beyond in (_clipped, _wrapped, _kept):
        yield from _either("scale-from-signed-max", drawn, lambda A, beyond=beyond: _signed(A, beyond))
    for epsilon in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
        for at_least in (False, True):
            for part in (1.0, TOP):  # added to the scale, or to the largest magnitude
                yield from _either("epsilon-hides-small-rows", drawn, _Widened(epsilon / part, at_least))
    for steps in (127.5, 128.0):
        yield from _either("codes-wrap-around", drawn, lambda A, steps=steps: _round_the_end(A, steps))


def _either(idea: str, drawn: Asked, wrong: Any) -> Iterator[Suspect]:
    """The idea applied to keys, to values, and to both."""
    K, V = on_grid(drawn.K), on_grid(drawn.V)
    wrong_K, wrong_V = wrong(drawn.K), wrong(drawn.V)
    for keys, values in ((wrong_K, wrong_V), (wrong_K, V), (K, wrong_V)):
        yield idea, attention(drawn.Q, keys, values)


def _signed(A: Tensor, beyond: Any) -> Tensor:
    scale = A.double().amax(dim=-1, keepdim=True) / TOP
    return beyond((A.double() / torch.where(scale == 0, 1.0, scale)).round()) * scale


@dataclass(frozen=True)
class _Cut:
    """Codes cut off, in float32: that decides on which side of 127 the largest number ends."""

    rounding: Callable[[Tensor], Tensor]
    inverse: bool

    def __call__(self, A: Tensor) -> Tensor:
        absmax = A.abs().amax(dim=-1, keepdim=True)
        scale = torch.where(absmax > 0, absmax / TOP, 1.0)
        codes = A * (1 / scale) if self.inverse else A / scale
        return self.rounding(codes).clamp(-128, 127).double() * scale.double()


@dataclass(frozen=True)
class _Widened:
    """The grid with a constant added to its steps, or with a least step."""

    epsilon: float
    at_least: bool

    def __call__(self, A: Tensor) -> Tensor:
        scale = A.double().abs().amax(dim=-1, keepdim=True) / TOP
        wide = scale.clamp(min=self.epsilon) if self.at_least else scale + self.epsilon
        return (A.double() / wide).round() * wide


def _round_the_end(A: Tensor, steps: float) -> Tensor:
    scale = A.double().abs().amax(dim=-1, keepdim=True) / steps
    return _wrapped((A.double() / torch.where(scale == 0, 1.0, scale)).round()) * scale


def _clipped(codes: Tensor) -> Tensor:
    return codes.clamp(-128, 127)


def _wrapped(codes: Tensor) -> Tensor:
    return (codes + 128).remainder(256) - 128


def _kept(codes: Tensor) -> Tensor:
    return codes


def _nearest(came: Tensor, ideas: list[Suspect], tolerance: float) -> str | None:
    finite = ((idea, value) for idea, value in ideas if bool(value.isfinite().all()))
    return only(nearest_ideas(came, finite, tolerance=tolerance))


# --- bytes --------------------------------------------------------------------------------------


def right_bytes(
    layers: int, q_heads: int, kv_heads: int, head_dim: int, tokens: int, batch: int, scale_bytes: int
) -> int:
    """A byte a number and a scale for each key and each value, of each token, KV head and layer."""
    return 2 * layers * kv_heads * tokens * batch * (head_dim + scale_bytes)


def thought_of_bytes(
    came: float,
    layers: int,
    q_heads: int,
    kv_heads: int,
    head_dim: int,
    tokens: int,
    batch: int,
    scale_bytes: int,
) -> str | None:
    """The misconception behind a count, or None."""
    vectors = 2 * layers * kv_heads * tokens * batch
    group = q_heads // kv_heads
    right = vectors * (head_dim + scale_bytes)
    counts = {
        "keys-or-values-only": (right / 2,),
        "query-heads-counted": (right * group, right * (group + 1) / 2),
        "scales-forgotten": (vectors * head_dim,),
        "one-scale-for-all-heads": (vectors * head_dim + vectors // kv_heads * scale_bytes,),
        "keys-and-values-share-a-scale": (vectors * head_dim + vectors // 2 * scale_bytes,),
        "codes-of-two-bytes": (vectors * (2 * head_dim + scale_bytes), vectors * 2 * head_dim),
        "scale-for-every-number": (vectors * head_dim * (1 + scale_bytes),),
        "one-layer-only": (right / layers,),
        "one-sequence-only": (right / batch,),
    }
    found = [idea for idea, values in counts.items() if came in values and came != right]
    return found[0] if len(found) == 1 else None
