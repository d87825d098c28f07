"""Plain Python, number by number: slow, and nothing to know about broadcasting."""

import torch


def smoothing_scales(x_absmax, w_absmax, alpha):
    s = [
        x**alpha / w ** (1 - alpha) if x > 0 and w > 0 else 1.0
        for x, w in zip(x_absmax.tolist(), w_absmax.tolist(), strict=True)
    ]
    return torch.tensor(s, dtype=torch.float32)


def smooth(X, W, s):
    s = s.tolist()
    X_hat = [[x / s[j] for j, x in enumerate(token)] for token in X.tolist()]
    W_hat = [[w * s[j] for w in row] for j, row in enumerate(W.tolist())]
    return torch.tensor(X_hat), torch.tensor(W_hat)
