"""In numpy and float64: slower by a little, and damping may be a thousandth."""

import numpy as np
import torch


def gptq(W, H, bits, group_size):
    w = W.detach().cpu().numpy().astype(np.float64)
    h = H.detach().cpu().numpy().astype(np.float64)
    n = w.shape[1]
    h[np.diag_indices(n)] += 0.001 * np.mean(np.diag(h))
    u = np.linalg.cholesky(np.linalg.inv(h)).T
    top = 2 ** (bits - 1) - 1
    for j in range(n):
        if j % group_size == 0:
            absmax = np.abs(w[:, j : j + group_size]).max(axis=1)
            scale = np.where(absmax == 0, 1.0, absmax) / top
        q = np.clip(np.floor(w[:, j] / scale + 0.5), -top - 1, top) * scale
        w[:, j:] -= np.outer((w[:, j] - q) / u[j, j], u[j, j:])
    return torch.from_numpy(w.astype(np.float32)).to(W.device)
