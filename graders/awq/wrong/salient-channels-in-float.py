import torch


def awq_scales(W, X, bits, group_size):
    return X.abs().mean(dim=0).clamp(min=1e-5)


def apply_awq(W, s, bits, group_size):
    parts = []
    for group in W.split(group_size, dim=1):
        step = group.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        parts.append((group / torch.where(step > 0, step, 1.0)).round() * step)
    W_hat = torch.cat(parts, dim=1)
    salient = s.topk(max(1, len(s) // 100)).indices
    W_hat[:, salient] = W[:, salient]
    return W_hat
