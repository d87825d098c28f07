"""One token at a time, as activations arrive while text is generated: the mask only ever grows."""

import torch


def outlier_features(X, threshold):
    seen = torch.zeros(X.shape[1], dtype=torch.bool, device=X.device)
    for token in X:
        seen |= (token > threshold) | (token < -threshold)
    return torch.where(seen)[0]
