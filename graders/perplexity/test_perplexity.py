"""Hidden checks of perplexity: one number, judged against the exact one on drawn batches."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from likelihoods import (
    Batch,
    drawn_batch,
    drawn_tokens,
    far_apart,
    long_texts,
    padded,
    perplexity_of,
    raise_targets,
    strided,
    with_rare_tokens,
)
from perplexity_suspects import UNSTABLE, tells_apart, thoughts_behind

TOLERANCE = 1e-3
ATTEMPTS = 40

ALIGNMENTS = ("predicts-itself", "predicts-the-past", "last-position-scored", "shifted-twice")
AVERAGES = (
    "mean-of-exponents",
    "mean-of-probabilities",
    "bases-mixed",
    "exponent-forgotten",
    "loss-without-minus",
)
SCORES = (
    "entropy-instead-of-likelihood",
    "most-likely-token-scored",
    "probabilities-as-logits",
    "logits-not-normalized",
    "softmax-over-positions",
)
BY_SEQUENCE = ("mean-of-sequence-perplexities", "sequences-weigh-alike")
MASKS = (
    "padding-counted",
    "mask-not-shifted",
    "mask-inverted",
    "padding-known-by-its-id",
    "wrong-number-of-tokens",
)


class Judge:
    """Asks for the perplexity of one batch after another, and names at most one thought for all of them."""

    def __init__(self) -> None:
        self._named: set[str] = set()

    def __call__(self, solution, measure, expect, batch: Batch) -> None:
        raw = solution.perplexity(*batch)
        came = expect.number(
            raw, name="perplexity", misconception=lambda: self._thought(batch, number_in(raw))
        )
        exact = perplexity_of(batch)
        measure(
            "relative error",
            abs(came - exact) / exact,
            TOLERANCE,
            expected=f"a perplexity within {TOLERANCE:g} of the exact one, relative to it",
            came=f"{times(came / exact)} the exact one, on {described(batch)}",
            misconception=lambda: self._thought(batch, float(came)),
        )

    def _thought(self, batch: Batch, came: float) -> str | None:
        ideas = thoughts_behind(batch, came)
        if self._named:
            ideas &= self._named  # what has explained other batches must explain this one
        elif not math.isfinite(came):
            ideas = {next((idea for idea in UNSTABLE if idea in ideas), "")} - {""}
        if len(ideas) != 1:
            return None
        self._named = ideas
        return next(iter(ideas))


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge()


def number_in(raw: object) -> float:
    """The one number of a result, finite or not; raises where there is none."""
    while isinstance(raw, (tuple, list)) and len(raw) == 1:
        raw = raw[0]
    return float(raw.item() if isinstance(raw, torch.Tensor) else raw)


def times(ratio: float) -> str:
    return f"{ratio:.4g} ×"


def described(batch: Batch) -> str:
    sequences, length, vocabulary = batch.logits.shape
    padding = "no padding" if bool(batch.real.all()) else "padding"
    return f"{sequences} × {length} tokens of a vocabulary of {vocabulary}, with {padding}"


def telling(draw: Callable[[], Batch], ideas: tuple[str, ...]) -> Batch:
    """A drawn batch on which each of these ideas gives a number of its own."""
    for _ in range(ATTEMPTS):
        batch = draw()
        if tells_apart(batch, ideas):
            break
    return batch


# --- the checks ---------------------------------------------------------------------------------


def test_form(solution, draw, expect):
    """You return one finite number, with a mask and without."""
    batch = drawn_batch(draw, 2, 5, 7)
    for mask in (None, batch.real):
        expect.number(solution.perplexity(batch.logits, batch.tokens, mask), name="perplexity")


def test_next_token(solution, draw, measure, expect, judge):
    """Each position predicts the next token, and the exponent is taken of the mean."""
    for sequences, length in ((2, 3), (1, 6), (3, 4)):
        vocabulary = draw.integer(11, 23)
        ideas = (*ALIGNMENTS, *AVERAGES, *SCORES, "wrong-number-of-tokens", "sum-instead-of-mean")
        batch = telling(lambda s=sequences, n=length, v=vocabulary: drawn_batch(draw, s, n, v), ideas)
        judge(solution, measure, expect, batch)


def test_all_tokens_weigh_alike(solution, draw, measure, expect, judge):
    """The mean is over all tokens of the batch, however many they are and however unlike its sequences."""
    judge(solution, measure, expect, long_texts(draw))
    for _ in range(2):
        size = (draw.integer(4, 6), draw.integer(9, 14), draw.integer(30, 60))
        judge(
            solution,
            measure,
            expect,
            telling(lambda s=size: drawn_batch(draw, *s), (*AVERAGES, *BY_SEQUENCE[:1])),
        )


def test_padding(solution, draw, measure, expect, judge):
    """Padding does not count: the mask says which targets are real."""
    for _ in range(3):
        size = (draw.integer(4, 6), draw.integer(9, 14), draw.integer(30, 60))
        ideas = (*ALIGNMENTS, *MASKS, *BY_SEQUENCE)
        judge(solution, measure, expect, telling(lambda s=size: padded(draw, drawn_batch(draw, *s)), ideas))


def test_any_token_may_be_real(solution, draw, measure, expect, judge):
    """Padding is what the mask says: token 0 and a repeated last token are words like all others."""
    for _ in range(2):
        batch = telling(lambda: few_words(draw), ("padding-known-by-its-id", "padding-counted"))
        judge(solution, measure, expect, batch)
        judge(solution, measure, expect, Batch(batch.logits, batch.tokens))


def test_shifted_logits(solution, draw, measure, expect, judge):
    """A constant added to all logits, −120 or ±10,000, changes nothing."""
    batch = drawn_batch(draw, 3, 8, 20)
    for constant in (-120.0, 1e4, -1e4):
        judge(solution, measure, expect, Batch(batch.logits + constant, batch.tokens))


def test_improbable_tokens(solution, draw, measure, expect, judge):
    """A token 120 below the most likely one has a loss of 120, not of infinity."""
    judge(solution, measure, expect, padded(draw, with_rare_tokens(draw, 120.0)))


def test_logits_far_apart(solution, draw, measure, expect, judge):
    """Logits between −10,000 and 10,000 are served."""
    for gap in (1e4, 2e4):
        judge(solution, measure, expect, far_apart(draw, gap))


def test_edges(solution, draw, measure, expect, judge):
    """One target, a text with none, equal logits, certainty, and views that are not contiguous are served."""
    judge(solution, measure, expect, drawn_batch(draw, 1, 2, draw.integer(2, 5)))
    alone = drawn_batch(draw, 1, draw.integer(5, 8), draw.integer(11, 23))
    real = alone.real
    real[:, -2:] = False
    judge(solution, measure, expect, Batch(*alone[:2], real))
    vocabulary = draw.integer(5, 40)
    tokens = drawn_tokens(draw, 2, 6, vocabulary)
    judge(solution, measure, expect, Batch(torch.full((2, 6, vocabulary), draw.uniform(-3, 3)), tokens))
    certain = torch.zeros(2, 6, vocabulary)
    raise_targets(certain, tokens, torch.full((2, 5), 60.0))
    judge(solution, measure, expect, Batch(certain, tokens))
    batch = drawn_batch(draw, 3, 7, vocabulary)
    judge(solution, measure, expect, Batch(*batch[:2], batch.real))
    lone = batch.real.clone()
    lone[1, 1:] = False
    judge(solution, measure, expect, Batch(*batch[:2], lone))
    judge(solution, measure, expect, strided(padded(draw, drawn_batch(draw, 3, 7, vocabulary))))


def few_words(draw) -> Batch:
    """A batch of few different tokens, so that each of them, token 0 too, is real somewhere."""
    return padded(draw, drawn_batch(draw, 4, 12, 4))
