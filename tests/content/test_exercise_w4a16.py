"""w4a16-kernel: its inputs, its yardstick, its suspects, and what it reads in a solution's text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from tutor.grading.draw import Draw

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "graders/w4a16-kernel"
sys.path.insert(0, str(ROOT / "graders"))

from kernel_text import Text  # noqa: E402
from w4a16_products import FACTOR, cancelling, product, spread  # noqa: E402
from w4a16_suspects import guesses, part_computed, thought_behind  # noqa: E402

SHAPES = ((8, 16, 3, 32), (2, 16, 3, 64), (2, 8, 5, 32), (2, 8, 3, 128))


@pytest.fixture(params=range(5))
def draw(request: pytest.FixtureRequest) -> Draw:
    return Draw(request.param, "test")


def text(name: str) -> Text:
    return Text((FOLDER / name).read_bytes())


def test_the_bytes_hold_the_codes_one_by_one(draw: Draw) -> None:
    p = product(draw, 2, 3, 2, 32)
    for row in range(3):
        for k in range(32):
            byte = int(p.packed[row, k])
            halves = [n - 16 if n > 7 else n for n in (byte % 16, byte // 16)]
            assert halves == p.q[row, 2 * k : 2 * k + 2].tolist()


def test_the_exact_product_is_that_of_plain_loops(draw: Draw) -> None:
    p = product(draw, 2, 3, 2, 32)
    for t in range(2):
        for o in range(3):
            total = sum(float(p.X[t, c]) * int(p.q[o, c]) * float(p.scale[o, c // 32]) for c in range(64))
            assert float(p.exact[t, o]) == pytest.approx(total, rel=1e-9, abs=1e-9)


def test_float16_arithmetic_keeps_the_limit_with_room(draw: Draw) -> None:
    """Weights in float16, sums in float32, results in float16: room is left, however a processor sums."""
    for p in [product(draw, *shape) for shape in SHAPES] + [cancelling(draw, 2, 8, 64, height=2e4)]:
        weights = (p.q.half() * spread(p.scale, p.group)).float()
        error = float(((p.X.float() @ weights.T).half().double() - p.exact).norm())
        assert error <= 0.8 * p.limit


@pytest.mark.parametrize("height", [2e4, 9e4])
def test_sums_in_float16_are_far_outside_of_the_limit(draw: Draw, height: float) -> None:
    p = cancelling(draw, 2, 8, 64, height=height)
    parts = torch.diff(p.running, dim=0, prepend=torch.zeros_like(p.running[:1]))
    total = torch.zeros(2, 8, dtype=torch.float16)
    for part in parts:  # the mildest form: each group's sum is exact
        total = (total.float() + part.float()).half()
    error = float((total.double() - p.exact).norm())
    assert not error <= 3 * p.limit
    assert float(p.exact.abs().max()) < 65504
    assert (float(p.running.abs().max()) > 65504) == (height > 65504)


def test_the_suspects_are_told_apart_and_none_is_right(draw: Draw) -> None:
    for shape in SHAPES:
        p = product(draw, *shape)
        assert thought_behind(p, p.exact) is None
        for idea, guess in guesses(p):
            assert float((guess - p.exact).norm()) > FACTOR * p.limit
            assert thought_behind(p, guess.float()) == idea


def test_what_was_not_computed_is_seen_only_beyond_a_block(draw: Draw) -> None:
    p = product(draw, 18, 34, 1, 32)
    came = p.exact.clone()
    came[16:] = 0
    assert part_computed(p, came)
    came = p.exact.clone()
    came[:, 32:] = 0
    assert part_computed(p, came)
    came = p.exact.clone()
    came[3, 5] = 0
    assert not part_computed(p, came)


@pytest.mark.parametrize("path", sorted((FOLDER / "right").glob("*.py")), ids=lambda path: path.stem)
def test_right_solutions_are_read_as_kernels(path: Path) -> None:
    read = Text(path.read_bytes())
    assert read.has_kernel("w4a16")
    assert not read.multiplies_outside("w4a16")
    assert not read.unpacks_outside("w4a16", 1)


def test_a_product_for_ones_own_check_beside_the_kernel_is_no_offence() -> None:
    source = (FOLDER / "reference.py").read_text() + "\n\ndef check(X, W):\n    return X @ W.T\n"
    assert not Text(source.encode()).multiplies_outside("w4a16")


def test_shapes_of_the_bytes_may_be_computed_with() -> None:
    source = b"""
def w4a16(X, packed, scale, group_size):
    o, half = packed.shape
    blocks = (packed.shape[0] + 15) // 16 + packed.numel() % 3 + packed.stride(0) // 2 + len(packed) // 2
    assert group_size & (group_size - 1) == 0
    out = kernel[(blocks,)](packed)
    return out // 2
"""
    assert not Text(source).unpacks_outside("w4a16", 1)


@pytest.mark.parametrize(
    "lines",
    [
        "low = packed & 15",
        "p = packed.contiguous().int()\n    low, high = p % 16, p // 16",
        "low = torch.bitwise_and(packed, 15)",
        "low = helper(X, packed)",
        "codes = TABLE[packed.long()]",
        "codes = TABLE.gather(0, packed.long().flatten())",
    ],
)
def test_bytes_that_are_taken_apart_before_are_seen(lines: str) -> None:
    source = (
        f"def helper(a, b):\n    return b >> 4\n\ndef w4a16(X, packed, scale, group_size):\n    {lines}\n"
    )
    assert Text(source.encode()).unpacks_outside("w4a16", 1)


def test_a_launch_may_be_kept_under_a_name() -> None:
    source = (FOLDER / "reference.py").read_text()
    kept = source.replace("kernel[grid](X", "launch = kernel[grid]\n    launch(X")
    assert kept != source
    assert Text(kept.encode()).has_kernel("w4a16")
    assert not Text(kept.replace("launch = kernel[grid]", "launch = print").encode()).has_kernel("w4a16")


def test_long_expressions_are_read() -> None:
    for terms in (700, 30_000):
        source = b"def w4a16(X, packed, scale, group_size):\n    return " + b" + ".join([b"X"] * terms)
        assert not Text(source).unpacks_outside("w4a16", 1)
        assert not Text(source).has_kernel("w4a16")


def test_stores_without_a_mask_are_seen() -> None:
    assert text("wrong/edges-not-masked.py").stores_without_mask()
    assert not text("reference.py").stores_without_mask()
