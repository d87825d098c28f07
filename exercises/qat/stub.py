"""qat: training with the rounding in place, by a straight-through estimator."""

from collections.abc import Sequence

import torch


def fake_quantize(W: torch.Tensor, scale: torch.Tensor, low: int, high: int) -> torch.Tensor:
    """Rounds weights to the codes low … high and brings them back.

    Args:
        W: float32 [o, i], one row for each output.
        scale: float32 [o, 1], positive, the size of one step in each row.
        low, high: the first and the last code, low < 0 < high.

    Returns:
        float32 [o, i]: codes times step.
    """
    raise NotImplementedError("fake_quantize is not written yet")


def quantized_linear(
    X: torch.Tensor, W: torch.Tensor, scale: torch.Tensor, low: int, high: int
) -> torch.Tensor:
    """Computes a linear layer with its weights fake-quantized.

    Args:
        X: float32 [n, i], one row for each example.
        W, scale, low, high: as in fake_quantize.

    Returns:
        float32 [n, o].
    """
    raise NotImplementedError("quantized_linear is not written yet")


def linear_gradients(
    X: torch.Tensor, W: torch.Tensor, scale: torch.Tensor, low: int, high: int, upstream: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Computes the gradients of quantized_linear by the straight-through estimator.

    Args:
        X, W, scale, low, high: as in quantized_linear.
        upstream: float32 [n, o], the gradient of the loss with respect to the layer's output.

    Returns:
        (grad_X, grad_W): float32 [n, i] and float32 [o, i].
    """
    raise NotImplementedError("linear_gradients is not written yet")


def train(
    X: torch.Tensor,
    y: torch.Tensor,
    weights: Sequence[torch.Tensor],
    scales: Sequence[torch.Tensor],
    low: int,
    high: int,
) -> list[torch.Tensor]:
    """Trains a network so that it is good once its weights are rounded.

    The network has a layer for each matrix, relu between layers, and no biases.

    Args:
        X: float32 [n, 3], points of the plane and a column of ones; y: int64 [n], their classes.
        weights: float32 [o, i] each, the network as trained without rounding.
        scales: float32 [o, 1] each, which stay as they are.
        low, high: the first and the last code.

    Returns:
        As many float32 [o, i], not rounded yet: the judge rounds them with these scales.
    """
    raise NotImplementedError("train is not written yet")
