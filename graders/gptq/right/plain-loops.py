"""Plain Python, one weight at a time, Gaussian elimination by hand: some seconds instead of some milliseconds."""

import torch


def gptq(W, H, bits, group_size):
    rows, h = W.tolist(), H.tolist()
    n = len(h)
    damp = 0.01 * sum(h[k][k] for k in range(n)) / n
    for k in range(n):
        h[k][k] += damp
    # From the last column to the first: what column j owes those to its right is a solution with their H. With
    # H = Lᵀ D L, L lower with ones on the diagonal, the shares follow from L by substitution.
    shares = factor(h, n)
    most = 2 ** (bits - 1) - 1
    return torch.tensor([quantized(row, shares, most, group_size) for row in rows])


def factor(h, n):
    lower = [[0.0] * n for _ in range(n)]  # H = Lᵀ D L
    for k in range(n - 1, -1, -1):
        pivot = h[k][k]
        for a in range(k):
            lower[k][a] = h[k][a] / pivot
        for a in range(k):
            times, low, row = lower[k][a], lower[k], h[a]
            for b in range(a + 1):
                row[b] -= times * pivot * low[b]
        lower[k][k] = 1.0
    # -(L⁻¹)[k, j] is what column k takes of the error of column j.
    taken = [[0.0] * n for _ in range(n)]
    for j in range(n):
        for k in range(j + 1, n):
            known, low = lower[k][j], lower[k]
            for m in range(j + 1, k):
                known -= low[m] * taken[m][j]
            taken[k][j] = known
    return taken


def quantized(row, shares, most, group_size):
    n, out = len(row), []
    for j in range(n):
        if j % group_size == 0:
            step = max(abs(w) for w in row[j : j + group_size]) / most or 1.0
        q = max(-most, min(most, round(row[j] / step))) * step
        error = row[j] - q
        out.append(q)
        for k in range(j + 1, n):
            row[k] += shares[k][j] * error
    return out
