"""Six checks of per-row int8 quantization in ten calls, on square matrices of a size that is set once."""

from __future__ import annotations

import torch

SIZE = 1024


def set_size(size: int) -> None:
    global SIZE
    SIZE = size


def quantized(solution, expect, W):
    q, scale = expect.sequence(solution.quantize_rows(W), 2, names="q, scale")
    q = expect.tensor(q, name="q", dtype=torch.int8, shape=W.shape)
    scale = expect.tensor(scale, name="scale", dtype=torch.float32, shape=(len(W), 1))
    return q, scale


def restored(solution, expect, q, scale):
    return expect.tensor(solution.dequantize_rows(q, scale), name="W_hat", dtype=torch.float32, shape=q.shape)


def step(W):
    return W.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127


def test_form(solution, draw, expect):
    """Codes and scales have the right form"""
    quantized(solution, expect, draw.normal(SIZE, SIZE))


def test_error(solution, draw, expect, measure):
    """The error is near the best possible"""
    W = draw.normal(SIZE, SIZE)
    W_hat = restored(solution, expect, *quantized(solution, expect, W))
    s = step(W)
    best = (W / s).round_().mul_(s)
    measure("error", torch.dist(W_hat, W), 1.05 * torch.dist(best, W))


def test_largest_error(solution, draw, expect, measure):
    """No weight moves by more than half a step"""
    W = draw.normal(SIZE, SIZE)
    W_hat = restored(solution, expect, *quantized(solution, expect, W))
    measure("largest error", W_hat.sub_(W).abs_().div_(step(W)).max(), 0.525, "steps")


def test_zero_rows(solution, draw, expect):
    """Rows of zeros come back as zeros"""
    W = draw.normal(SIZE, SIZE)
    W[::7] = 0
    W_hat = restored(solution, expect, *quantized(solution, expect, W))
    expect(not W_hat[::7].any(), expected="zeros", came="other numbers")


def test_payload(solution, draw, expect, measure, payload_bytes):
    """The payload is one byte a weight and four a row"""
    payload = quantized(solution, expect, draw.normal(SIZE, SIZE))
    measure("payload", payload_bytes(payload), SIZE * SIZE + 4 * SIZE, "bytes")


def test_outlier_row(solution, draw, expect, measure):
    """One large row leaves the others alone"""
    W = draw.normal(SIZE, SIZE)
    W[3] *= 1000
    W_hat = restored(solution, expect, *quantized(solution, expect, W))
    measure("error of the others", torch.dist(W_hat[4:], W[4:]) / torch.linalg.vector_norm(W[4:]), 0.02)
