import torch


def gptq(W, H, bits, group_size):
    W = W.clone().double()
    H = H.clone().double()
    o, n = W.shape
    H += 0.01 * H.diagonal().mean() * torch.eye(n, dtype=H.dtype)
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)
    L = 2 ** (bits - 1) - 1
    out = torch.zeros_like(W)
    for j in range(n):
        if j % group_size == 0:
            s = W[:, j : j + group_size].abs().amax().expand(o) / L
            s = torch.where(s == 0, torch.ones_like(s), s)
        out[:, j] = torch.clamp(torch.round(W[:, j] / s), -L, L) * s
        e = (W[:, j] - out[:, j]) / U[j, j]
        W[:, j + 1 :] -= e[:, None] * U[j, j + 1 :]
    return out.float()
