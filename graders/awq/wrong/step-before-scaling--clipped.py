import torch


def awq_scales(W, X, bits, group_size):
    loud = X.abs().mean(dim=0).clamp(min=1e-5)
    best, best_e = None, float("inf")
    Y = X @ W.T
    for k in range(20):
        s = loud ** (k / 20)
        e = float(((Y - X @ apply_awq(W, s, bits, group_size).T) ** 2).sum())
        if e < best_e:
            best, best_e = s, e
    return best


def apply_awq(W, s, bits, group_size):
    s = s.float()
    V = W * s
    L = 2 ** (bits - 1) - 1
    out = torch.empty_like(V)
    for a in range(0, V.shape[1], group_size):
        g = V[:, a : a + group_size]
        step = W[:, a : a + group_size].abs().amax(dim=1, keepdim=True) / L
        d = torch.where(step == 0, torch.ones_like(step), step)
        out[:, a : a + group_size] = torch.round(g / d).clamp(-L, L) * step
    return out / s
