"""outlier-features: which features of the activations are outliers."""

import torch


def outlier_features(X: torch.Tensor, threshold: float) -> torch.Tensor:
    """Finds the features (columns of X) with a magnitude beyond the threshold on any token.

    Args:
        X: float32 or float16 [t, h], one row for each token, one column for each feature.
        threshold: what no magnitude of a regular feature exceeds.

    Returns:
        int64 [k], the indices of the outlier features in ascending order; k may be 0 or h.
    """
    raise NotImplementedError("outlier_features is not written yet")
