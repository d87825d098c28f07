"""smoothquant: moving the outliers of activations into the weights."""

import torch


def smoothing_scales(x_absmax: torch.Tensor, w_absmax: torch.Tensor, alpha: float) -> torch.Tensor:
    """Computes the s of each channel: max|X_j|^alpha / max|W_j|^(1 - alpha).

    Args:
        x_absmax: float32 [h], the largest magnitude of each channel (column) of the activations.
        w_absmax: float32 [h], the largest magnitude of each channel (row) of the weights.
        alpha: how much of the difficulty moves to the weights, 0 to 1.

    Returns:
        float32 [h], positive and finite, also where x_absmax or w_absmax is 0.
    """
    raise NotImplementedError("smoothing_scales is not written yet")


def smooth(X: torch.Tensor, W: torch.Tensor, s: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Divides each channel of the activations by its s, and changes the weights so that X W stays.

    Args:
        X: float32 [t, h], one row for each token, one column for each channel.
        W: float32 [h, o], one row for each channel, one column for each output.
        s: float32 [h], positive.

    Returns:
        (X_hat, W_hat): float32 [t, h] and float32 [h, o], with X_hat @ W_hat = X @ W.
    """
    raise NotImplementedError("smooth is not written yet")
