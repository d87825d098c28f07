"""Hidden checks of a tiny exercise, which tests of the engine use."""

import pytest
import torch

from tutor.grading.checks import nearest


def test_halves(solution, draw, measure, expect):
    """Each number comes back halved"""
    for count in (1, 5, 64):
        x = draw.normal(count)
        y = expect.tensor(solution.halve(x), name="y", dtype=torch.float32, shape=x.shape)
        error = (y - x / 2).abs().max()
        measure("largest error", error, 1e-6, misconception=lambda: nearest(y, {"doubled": x * 2}))  # noqa: B023


def test_round_trip(solution, draw, measure, expect):
    """Doubling undoes halving, in another process"""
    x = draw.normal(8, 8).t()
    y = expect.tensor(solution.double(solution.halve(x)), dtype=torch.float32, shape=x.shape)
    measure("largest error", (y - x).abs().max(), 1e-6)


def test_memory(draw, measure, peak_memory, payload_bytes):
    """Halving a million numbers takes little memory"""
    result, growth = peak_memory("halve", draw.normal(1 << 20))
    measure("payload", payload_bytes(result), 4 << 20, "bytes")
    measure("peak memory", growth, 64 << 20, "bytes")


@pytest.mark.cuda
def test_speed(solution, draw, expect):
    """Fast on a GPU"""
    expect(True, expected="", came="")
