"""smoothquant: moving the outliers of activations into the weights."""

import torch


def smoothing_scales(x_absmax: torch.Tensor, w_absmax: torch.Tensor, alpha: float) -> torch.Tensor:
    # alpha = 0 looks at the weights alone, alpha = 1 at the activations alone.
    s = x_absmax**alpha / w_absmax ** (1 - alpha)

    # In a dead channel the formula gives 0, infinity or NaN. Nothing is to be balanced there: leave it alone.
    dead = (x_absmax == 0) | (w_absmax == 0)
    return torch.where(dead, 1.0, s)


def smooth(X: torch.Tensor, W: torch.Tensor, s: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    # Channel j is a column of X and a row of W. Every product X[t, j] · W[j, o] keeps its value,
    # so the sum over j does.
    return X / s, W * s[:, None]
