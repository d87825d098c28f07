"""Hidden checks of w4a16-kernel: the product is that of the weights which the bytes hold."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product as every

import pytest
import torch
from kernel_text import Text
from torch import Tensor
from w4a16_products import FACTOR, Product, cancelling, product, spread
from w4a16_suspects import in_memory_order, nearest_guess, right_ones, thought_behind

from tutor.grading.proxy import SolutionLost
from tutor.grading.verdict import PROCESS_ENDED

UNIT = "times that of float16 arithmetic"
TURNS = 512  # tokens, one after the other, on a GPU


# --- one call --------------------------------------------------------------------------------------

fitted: list[Product] = []
"""Products of this grading whose sizes every usual block divides, and which came back."""


def multiply(solution, expect, source: bytes, p: Product, view: tuple[Tensor, ...] = ()) -> Tensor:
    """f32 or f16 [t, o] of the learner's. ``view`` holds X, packed and scale as they shall lie in memory."""
    tokens, outputs = p.exact.shape
    X, packed, scale = view or (p.X, p.packed, p.scale)
    try:
        came = solution.w4a16(X, packed, scale, p.group)
    except SolutionLost as lost:
        ragged = bool(fitted) and (tokens % 16 > 0 or outputs % 32 > 0)
        at_the_edge = lost.why == PROCESS_ENDED and (ragged or Text(source).stores_without_mask())
        expect(
            not at_the_edge,
            expected=f"a result for {tokens} tokens and {outputs} outputs",
            came="the process that ran your code is gone: memory beyond the end of a tensor was touched",
            misconception="edges-not-masked",
        )
        raise
    if tokens % 16 == 0 and outputs % 32 == 0:
        fitted.append(p)
    t, o = p.exact.shape
    turned = isinstance(came, Tensor) and t != o and tuple(came.shape) == (o, t)
    return expect.tensor(
        came,
        name="what w4a16 returns",
        dtype=(torch.float32, torch.float16),
        shape=(t, o),
        misconception="result-turned" if turned else None,
    )


def judge(measure, p: Product, came: Tensor, thought=thought_behind) -> None:
    t, o = p.exact.shape
    error = float((came.double() - p.exact).norm())
    measure(
        "error",
        FACTOR * error / p.limit,
        FACTOR,
        unit=UNIT,
        came=f"{FACTOR * error / p.limit:.4g} {UNIT}, with {t} tokens, {o} outputs, {p.X.shape[1]} columns "
        f"and groups of {p.group}",
        misconception=lambda: thought(p, came),
    )


# --- the checks ------------------------------------------------------------------------------------


def test_kernel(source, solution, draw, expect):
    """A Triton kernel takes the bytes and multiplies; the result is a float tensor, one row a token."""
    multiply(solution, expect, source, product(draw, 16, 32, 1, 32))
    text = Text(source)
    expect(
        text.has_kernel("w4a16"),
        expected="a function under @triton.jit that loads, multiplies, adds up and stores, launched by w4a16",
        came="no such kernel",
        misconception="left-to-torch",
    )
    expect(
        not text.multiplies_outside("w4a16"),
        expected="products inside of the kernel only",
        came="a matrix product outside of it",
        misconception="left-to-torch",
    )
    expect(
        not text.unpacks_outside("w4a16", 1),
        expected="bytes that are taken apart inside of the kernel",
        came="packed is taken apart before the kernel gets it",
        misconception="unpacked-before-the-kernel",
    )


def test_blocks(source, solution, draw, measure, expect):
    """The product of one group is right where blocks of the usual sizes fit exactly."""
    p = product(draw, 16, 32, 1, draw.choice((64, 128)))
    judge(measure, p, multiply(solution, expect, source, p))


def test_scales(source, solution, draw, measure, expect):
    """Each group has its own scale, also where neighbours differ a hundredfold or one is zero."""
    for tokens, outputs, groups, group in ((2, 8, 5, 32), (1, 16, 3, 64), (2, 8, 3, 128)):
        p = product(draw, tokens, outputs, groups, group, apart=10.0)
        judge(measure, p, multiply(solution, expect, source, p))
        p.scale[draw.integer(0, outputs - 1), draw.integer(0, groups - 1)] = 0
        p = Product(p.X, p.q, p.scale, p.group)
        judge(measure, p, multiply(solution, expect, source, p))


def test_edges(source, solution, draw, measure, expect):
    """Numbers of tokens and outputs that no block size divides, from one to more than a hundred."""
    sizes = [
        (1, draw.integer(131, 149)),
        (draw.integer(67, 79), 3),
        (draw.integer(17, 19), draw.integer(33, 34)),
        (1, 1),  # last: a single number looks like what many an idea gives
    ]
    for tokens, outputs in sizes:
        p = product(draw, tokens, outputs, 1, 32)
        judge(measure, p, multiply(solution, expect, source, p), lambda p, came: of_edges(source, p, came))


def of_edges(source: bytes, p: Product, came: Tensor) -> str | None:
    """Results that others were written over, where nothing stops a store at the edge, and else a known idea."""
    known = thought_behind(p, came)
    written_over = known in (None, "grid-too-small") and Text(source).stores_without_mask()
    return "edges-not-masked" if written_over and right_ones(p, came).any() else known


def test_large_sums(source, solution, draw, measure, expect):
    """Sums that climb far above the result, and beyond float16's 65,504, come back exactly enough."""
    for height in (20_000.0, 90_000.0):
        p = cancelling(draw, 2, 8, 64, height=height)
        judge(measure, p, multiply(solution, expect, source, p), of_sums)


def of_sums(p: Product, came: Tensor) -> str | None:
    """Sums in float16 are off by no more than a few roundings of the highest of them, and not all by one factor."""
    known = thought_behind(p, came)
    if known is not None or not came.isfinite().all():
        return known
    if nearest := nearest_guess(p, came):
        return nearest
    factor = came.double() / p.exact
    if torch.allclose(factor, factor.mean(0, keepdim=True).expand_as(factor), rtol=0.01):
        return None  # a scale is wrong, the same for all groups of an output
    highest = p.running.abs().amax(0)
    off = (came.double() - p.exact).abs()
    return "sums-in-fp16" if bool((off <= highest * 2**-8).all()) else None


def test_views(source, solution, draw, measure, expect):
    """Transposed and sliced tensors are multiplied like any other."""
    p = product(draw, 2, 12, 3, 32)
    wide = torch.cat([p.packed, p.packed.flip(1)], dim=1)
    views = (
        (p.X.T.contiguous().T, p.packed, p.scale),
        (p.X, p.packed.T.contiguous().T, p.scale),
        (p.X, wide[:, : p.packed.shape[1]], p.scale),
        (p.X.repeat_interleave(2, 0)[::2], p.packed, p.scale.T.contiguous().T),
    )
    for view in views:
        came = multiply(solution, expect, source, p, view)
        judge(measure, p, came, lambda p, came, view=view: of_views(p, came, *view))


def of_views(p: Product, came: Tensor, X: Tensor, packed: Tensor, scale: Tensor) -> str | None:
    """Views that were read as if they lay row by row."""
    read = [(one, in_memory_order(one)) for one in (X, packed, scale)]
    for x, bytes_, steps in every(*read):
        nibbles = torch.stack([bytes_ & 15, bytes_ >> 4], dim=2).flatten(1).long()
        guess = Product(x, (nibbles ^ 8) - 8, steps, p.group).exact
        if float((came.double() - guess).norm()) <= 2e-3 * float(guess.norm()):
            return "read-in-row-order"
    return thought_behind(p, came)


def test_any_order(source, solution, draw, measure, expect):
    """Equal shapes with other numbers, and the same weights again: nothing is kept between calls."""
    p = product(draw, 2, 16, 3, 64)
    others = [product(draw, 2, 16, 3, 64), replace(p, X=draw.normal(2, 192).half()), p]
    for one in (p, *others):
        judge(measure, one, multiply(solution, expect, source, one))


@pytest.mark.cuda
def test_speed(solution, draw, measure, expect):
    """On a GPU one token takes no more time than the product with float16 weights."""
    outputs, columns, group = 8192, 16384, 128
    X = draw.normal(TURNS, columns).half()
    scale = (0.02 * 2 ** torch.tanh(draw.normal(outputs, columns // group))).half()
    packed = torch.randint(0, 256, (outputs, columns // 2), generator=draw.generator, dtype=torch.uint8)
    nibbles = torch.stack([packed & 15, packed >> 4], dim=2).flatten(1).to(torch.int8)
    weights = ((nibbles ^ 8) - 8).cuda().half() * spread(scale.cuda(), group)

    def seconds_for(turns: int) -> float:
        began = time.perf_counter()
        came = expect.sequence(solution.w4a16.each(X[:turns], packed, scale, group), turns)
        ended = time.perf_counter()
        came = torch.cat([expect.tensor(one, shape=(1, outputs)).float() for one in came])
        exact = (X[:turns].cuda().float() @ weights.float().T).cpu()
        off = float((came - exact).norm() / exact.norm())
        measure("error of the timed products", off, 1e-3, unit="relative to the result")
        return ended - began

    seconds_for(1)  # compiles
    taken = min(seconds_for(TURNS) - seconds_for(1) for _ in range(3)) / (TURNS - 1)
    measure("time for one token", taken / seconds_in_float16(X, weights), 1.0, unit="times float16's")


def seconds_in_float16(X: Tensor, weights: Tensor) -> float:
    """What torch takes for one token, in the judge, on the same GPU; the best of three runs."""
    rows = X.cuda().split(1)
    taken = []
    for _ in range(4):  # the first warms up
        torch.cuda.synchronize()
        began = time.perf_counter()
        for x in rows:
            x @ weights.T
        torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return min(taken[1:]) / len(rows)
