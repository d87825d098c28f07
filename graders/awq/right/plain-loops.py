"""Plain Python, number by number: slow, and nothing to know about broadcasting."""

import torch


def quantized(W, s, bits, group_size):
    top, result = 2 ** (bits - 1) - 1, []
    for row in W:
        back = []
        for start in range(0, len(row), group_size):
            scaled = [w * t for w, t in zip(row[start : start + group_size], s[start:], strict=False)]
            step = max(abs(v) for v in scaled) / top or 1.0
            back += [round(v / step) * step for v in scaled]
        result.append([v / t for v, t in zip(back, s, strict=True)])
    return result


def loss(W, W_hat, X):
    total = 0.0
    for row, row_hat in zip(W, W_hat, strict=True):
        errors = [w - v for w, v in zip(row, row_hat, strict=True)]
        for token in X:
            total += sum(x * e for x, e in zip(token, errors, strict=True)) ** 2
    return total


def awq_scales(W, X, bits, group_size):
    W, X = W.tolist(), X.tolist()
    loudness = [max(sum(abs(x) for x in channel) / len(X), 1e-5) for channel in zip(*X, strict=True)]
    candidates = [[x ** (k / 20) for x in loudness] for k in range(20)]
    return torch.tensor(min(candidates, key=lambda s: loss(W, quantized(W, s, bits, group_size), X)))


def apply_awq(W, s, bits, group_size):
    return torch.tensor(quantized(W.tolist(), s.tolist(), bits, group_size))
