"""outlier-features: which features of the activations are outliers."""

import torch


def outlier_features(X: torch.Tensor, threshold: float) -> torch.Tensor:
    # Magnitudes: an outlier feature mostly keeps its sign, and for some that sign is minus.
    beyond = X.abs() > threshold

    # A feature is a column, so dimension 0 (the tokens) goes away. One token is enough: any, not all.
    outlying = beyond.any(dim=0)

    # nonzero() tells the places of True as [k, 1]; flattened they are the list of indices.
    return outlying.nonzero().flatten()
