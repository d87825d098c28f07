"""calibration: ranges for activations, found beforehand (static) or for each token (dynamic)."""

from collections.abc import Sequence

import torch


def minmax_range(batches: Sequence[torch.Tensor]) -> float:
    """Finds the range that clips nothing.

    Args:
        batches: float32 [t, h] each, with the same h; t differs.

    Returns:
        The largest magnitude in all batches.
    """
    raise NotImplementedError("minmax_range is not written yet")


def percentile_range(batches: Sequence[torch.Tensor], percent: float) -> float:
    """Finds the range that so many percent of all magnitudes do not exceed.

    Args:
        batches: as in minmax_range.
        percent: 75 to 100; 99.5 means 99.5 %.

    Returns:
        The percentile of the magnitudes of all values in all batches.
    """
    raise NotImplementedError("percentile_range is not written yet")


def mse_range(batches: Sequence[torch.Tensor], bits: int) -> float:
    """Finds the range with the least mean squared error over all values in all batches.

    Args:
        batches: as in minmax_range.
        bits: 4 to 8.

    Returns:
        A range, at most the largest magnitude.
    """
    raise NotImplementedError("mse_range is not written yet")


def quantize_static(X: torch.Tensor, clip: float, bits: int) -> torch.Tensor:
    """Rounds activations to the grid of a range found beforehand. Runs in another process.

    Args:
        X: float32 [t, h].
        clip: the range, 0 or more; values beyond -clip ... clip are clipped.
        bits: 4 to 8.

    Returns:
        float32 [t, h]: codes times step.
    """
    raise NotImplementedError("quantize_static is not written yet")


def quantize_dynamic(X: torch.Tensor, bits: int) -> torch.Tensor:
    """Rounds activations to the grid of each token's own absmax.

    Args:
        X: float32 [t, h], one row for each token.
        bits: 4 to 8.

    Returns:
        float32 [t, h]: codes times step.
    """
    raise NotImplementedError("quantize_dynamic is not written yet")
