"""What wrong ideas about perplexity make of a given batch, and which of them came.

An idea is one number here, so it counts as evidence only where it agrees to a few parts in ten thousand, and
where no other idea gives the same number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from likelihoods import Batch, log_p, losses, perplexity_of
from torch import Tensor

SAME = 4e-4  # how far a number may be from a suspect, relative to it
APART = 5e-3  # how far ideas lie apart, and from the truth, on a batch that tells them apart
EPSILONS = (1e-20, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)

# Right on paper, and not in floats. Where several end in infinity it is the first: the others have shown before.
UNSTABLE = ("log-of-softmax", "largest-logit-not-subtracted", "product-underflows")

Suspect = tuple[str, float]


def thoughts_behind(batch: Batch, came: float) -> set[str]:
    """Every misconception that gives the number that came (which may be no finite one) on this batch."""
    if not math.isfinite(came):
        return not_finite(batch)
    return {
        idea
        for idea, value in suspects(batch)
        if _same(came, value) and not _same(perplexity_of(batch), value)
    }


def tells_apart(batch: Batch, ideas: tuple[str, ...]) -> bool:
    """Whether these ideas all give wrong numbers on this batch, and no other idea gives the same."""
    truth, found = perplexity_of(batch), list(suspects(batch))
    for idea, value in found:
        if idea not in ideas:
            continue
        if not math.isfinite(value):
            continue
        near = {other for other, number in found if abs(number - value) <= APART * abs(value)}
        if abs(value - truth) <= APART * truth or near != {idea}:
            return False
    return True


def not_finite(batch: Batch) -> set[str]:
    """The ideas that end in infinity, or in no number, on this batch."""
    ideas = {idea for idea, value in suspects(batch) if not math.isfinite(value)}
    logits, targets = batch.logits[:, :-1], batch.tokens[:, 1:]
    p = torch.softmax(logits, dim=-1).gather(-1, targets[..., None])
    sums = logits.exp().sum(dim=-1)
    if float(p[batch.real[:, 1:]].prod()) == 0:
        ideas.add("product-underflows")
    if not bool((p > 0).all()):
        ideas |= set(UNSTABLE)
    elif not bool((sums.isfinite() & (sums > 0)).all()):
        ideas.add("largest-logit-not-subtracted")
    return ideas


def suspects(batch: Batch) -> Iterator[Suspect]:
    """Every idea with the number it gives; an idea may come in several variants."""
    yield from _alignments(batch)
    loss = losses(batch.logits[:, :-1], batch.tokens[:, 1:])
    real = batch.real[:, 1:]
    yield from _selections(batch, loss)
    yield from _averages(batch, loss, real)
    yield from _scores(batch, real)


def _alignments(batch: Batch) -> Iterator[Suspect]:
    """Which position is held against which token."""
    logits, tokens, real = batch.logits, batch.tokens, batch.real
    yield "predicts-itself", _exp_mean(losses(logits, tokens), real)
    yield from (
        ("predicts-itself", _exp_mean(losses(logits, tokens)[:, part], mask)) for part, mask in _halves(real)
    )
    backwards = losses(logits[:, 1:], tokens[:, :-1])
    yield from (("predicts-the-past", _exp_mean(backwards, mask)) for mask in (real[:, 1:], real[:, :-1]))
    yield "shifted-twice", _exp_mean(losses(logits[:, :-2], tokens[:, 2:]), real[:, 2:])
    for follower in (tokens[:, :1], torch.zeros_like(tokens[:, :1])):
        loss = losses(logits, torch.cat([tokens[:, 1:], follower], dim=1))
        last = torch.ones_like(real[:, :1])
        for mask in (real, torch.cat([real[:, 1:], last], dim=1)):
            yield "last-position-scored", _exp_mean(loss, mask)


def _halves(real: Tensor) -> Iterator[tuple[slice, Tensor]]:
    for part in (slice(None, -1), slice(1, None)):
        yield from ((part, mask) for mask in (real[:, :-1], real[:, 1:]))


def _selections(batch: Batch, loss: Tensor) -> Iterator[Suspect]:
    """Which tokens count, and by how many their sum is divided."""
    real, tokens = batch.real[:, 1:], batch.tokens[:, 1:]
    yield "padding-counted", _exp_mean(loss, torch.ones_like(real))
    yield "mask-not-shifted", _exp_mean(loss, batch.real[:, :-1])
    yield "mask-inverted", _exp_mean(loss, ~real)
    for mask in (tokens != 0, (tokens != 0) & real):
        yield "padding-known-by-its-id", _exp_mean(loss, mask)
    total = float(loss[real].sum())
    for count in (real.numel(), batch.real.numel(), int(batch.real.sum())):
        yield "wrong-number-of-tokens", _exp(total / count)
    yield "sum-instead-of-mean", _exp(total)
    yield "sum-instead-of-mean", _exp(total / len(loss))


def _averages(batch: Batch, loss: Tensor, real: Tensor) -> Iterator[Suspect]:
    """How the losses become one number."""
    chosen = loss[real]
    mean = float(chosen.mean())
    yield "mean-of-exponents", float(chosen.exp().mean())
    yield "mean-of-probabilities", 1 / max(float((-chosen).exp().mean()), 1e-300)
    live = [row[mask].mean() for row, mask in zip(loss, real, strict=True) if bool(mask.any())]
    means = torch.stack(live)
    for count in {len(means), len(loss)}:
        yield "mean-of-sequence-perplexities", float(means.exp().sum()) / count
        yield "sequences-weigh-alike", _exp(float(means.sum()) / count)
    if len(means) < len(loss):
        yield from ((idea, math.nan) for idea in ("mean-of-sequence-perplexities", "sequences-weigh-alike"))
    yield from (("exponent-forgotten", value) for value in (mean, mean / math.log(2)))
    yield from (("loss-without-minus", value) for value in (_exp(-mean), -mean))
    for base in (2.0, 10.0):
        yield from (
            ("bases-mixed", value) for value in (_exp(mean * math.log(base)), _exp(mean / math.log(base)))
        )


def _scores(batch: Batch, real: Tensor) -> Iterator[Suspect]:
    """What is taken for the loss of a token."""
    logits, targets = batch.logits[:, :-1].double(), batch.tokens[:, 1:]
    at_target = logits.gather(-1, targets[..., None])[..., 0]
    p = log_p(logits)
    yield "entropy-instead-of-likelihood", _exp_mean(-(p.exp() * p.clamp(min=-1e300)).sum(dim=-1), real)
    yield "most-likely-token-scored", _exp_mean(-p.amax(dim=-1), real)
    yield "probabilities-as-logits", _exp_mean(losses(p.exp(), targets), real)
    yield "logits-not-normalized", _exp_mean(-at_target, real)
    for cut in (False, True):
        for dim in (0, 1):
            other = (
                torch.log_softmax(batch.logits.double(), dim=dim)[:, :-1] if cut else logits.log_softmax(dim)
            )
            yield "softmax-over-positions", _exp_mean(-other.gather(-1, targets[..., None])[..., 0], real)
    q = torch.softmax(batch.logits[:, :-1], dim=-1).double().gather(-1, targets[..., None])[..., 0]
    for epsilon in EPSILONS:
        yield from (
            ("log-of-softmax", _exp_mean(-safe.log(), real)) for safe in (q + epsilon, q.clamp(min=epsilon))
        )


def _exp_mean(loss: Tensor, mask: Tensor) -> float:
    return _exp(float(loss[mask].mean()))


def _exp(exponent: float) -> float:
    """As float32 does it, in which most solutions compute: infinite from 88.73 on."""
    return math.exp(exponent) if exponent < 88.72 else math.inf


def _same(came: float, value: float) -> bool:
    return math.isfinite(value) and abs(came - value) <= SAME * abs(value)
