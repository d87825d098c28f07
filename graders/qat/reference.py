"""qat: training with the rounding in place, by a straight-through estimator."""

from collections.abc import Sequence

import torch


def fake_quantize(W: torch.Tensor, scale: torch.Tensor, low: int, high: int) -> torch.Tensor:
    # Clipping has an honest gradient: 1 inside the range, 0 outside.
    steps = (W / scale).clamp(low, high)
    # What rounding adds counts as a constant, so the gradient goes straight through it.
    return (steps + (steps.round() - steps).detach()) * scale


def quantized_linear(
    X: torch.Tensor, W: torch.Tensor, scale: torch.Tensor, low: int, high: int
) -> torch.Tensor:
    return X @ fake_quantize(W, scale, low, high).T


def linear_gradients(
    X: torch.Tensor, W: torch.Tensor, scale: torch.Tensor, low: int, high: int, upstream: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    inputs = X.detach().requires_grad_(), W.detach().requires_grad_()
    output = quantized_linear(*inputs, scale, low, high)
    return torch.autograd.grad(output, inputs, upstream)


def train(
    X: torch.Tensor,
    y: torch.Tensor,
    weights: Sequence[torch.Tensor],
    scales: Sequence[torch.Tensor],
    low: int,
    high: int,
) -> list[torch.Tensor]:
    # The latent weights stay in float: steps far smaller than that of the grid add up in them.
    latent = [W.detach().clone().requires_grad_() for W in weights]
    optimizer = torch.optim.Adam(latent, lr=0.01)
    for _ in range(300):
        A = X
        for W, scale in zip(latent[:-1], scales, strict=False):
            A = torch.relu(quantized_linear(A, W, scale, low, high))
        logits = quantized_linear(A, latent[-1], scales[-1], low, high)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, y).backward()
        optimizer.step()
    return [W.detach() for W in latent]
