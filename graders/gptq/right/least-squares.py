"""What each column's error asks of the others, solved as equations every time: O(i⁴), and nothing to derive."""

import torch


def gptq(W, H, bits, group_size):
    left, columns = W.double(), W.shape[1]
    H = H.double()
    H.diagonal().add_(0.01 * H.diagonal().mean())
    W_hat = torch.empty_like(left)
    for j in range(columns):
        if j % group_size == 0:
            step = left[:, j : j + group_size].abs().amax(dim=1) / (2 ** (bits - 1) - 0.5)
            step = step.clamp(min=1e-30)
        codes = torch.round(left[:, j] / step).clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        W_hat[:, j] = codes * step
        error = left[:, j] - W_hat[:, j]
        if j + 1 < columns:
            # The columns to the right change by what minimizes the loss: H_FF d = H_Fj.
            shares = torch.linalg.solve(H[j + 1 :, j + 1 :], H[j + 1 :, j])
            left[:, j + 1 :] += error[:, None] * shares
    return W_hat.float()
