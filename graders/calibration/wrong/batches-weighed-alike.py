import torch


def minmax_range(batches):
    return max(float(b.abs().max()) for b in batches)


def percentile_range(batches, percent):
    m = torch.cat([b.abs().flatten() for b in batches])
    return float(torch.quantile(m, percent / 100))


def mse_range(batches, bits):
    top = minmax_range(batches)
    if top == 0:
        return 0.0
    best, best_e = top, float("inf")
    for k in range(1, 101):
        c = top * k / 100
        e = sum(float(((quantize_static(b, c, bits) - b) ** 2).mean()) for b in batches)
        if e < best_e:
            best, best_e = c, e
    return best


def quantize_static(X, clip, bits):
    if clip == 0:
        return torch.zeros_like(X)
    L = 2 ** (bits - 1) - 1
    step = clip / L
    return torch.clamp(torch.round(X / step), -L, L) * step


def quantize_dynamic(X, bits):
    L = 2 ** (bits - 1) - 1
    step = X.abs().amax(dim=1, keepdim=True) / L
    d = torch.where(step == 0, torch.ones_like(step), step)
    return torch.round(X / d) * step
