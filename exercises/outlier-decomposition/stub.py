"""outlier-decomposition: the matrix product of LLM.int8()."""

import torch


def split_outliers(X: torch.Tensor, threshold: float) -> torch.Tensor:
    """Finds the outlier features: the columns of X with a magnitude beyond the threshold on any token.

    Args:
        X: float32 [t, h], one row for each token, one column for each feature.
        threshold: what no magnitude of a regular feature exceeds.

    Returns:
        int64 [k], the indices of the outlier features in ascending order; k may be 0 or h.
    """
    raise NotImplementedError("split_outliers is not written yet")


def matmul_with_outliers(X: torch.Tensor, W: torch.Tensor, threshold: float) -> torch.Tensor:
    """Multiplies X by W: regular features in int8, outlier features in 16 or 32 bits.

    Args:
        X: float32 [t, h].
        W: float32 [h, o], one row for each feature, one column for each output.
        threshold: as in split_outliers.

    Returns:
        float32 [t, o], about X @ W.
    """
    raise NotImplementedError("matmul_with_outliers is not written yet")
