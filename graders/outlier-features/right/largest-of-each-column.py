"""absmax of each column, compared once: the maxima can be shown or kept, for one more pass."""

import torch


def outlier_features(X, threshold):
    absmax = torch.maximum(X.amax(dim=0), -X.amin(dim=0))
    return torch.arange(X.shape[1], device=X.device)[absmax > threshold]
