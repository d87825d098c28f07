"""What GPTQ reaches on a given matrix, and the loss that it is judged by.

With H = 2 X Xᵀ the loss tr((W − Ŵ) H (W − Ŵ)ᵀ) is twice the squared error of the layer's outputs,
2·‖(W − Ŵ) X‖². All sums are taken in float64.

Source: Frantar et al., GPTQ (arXiv 2210.17323), Algorithm 1, without the lazy blocks, which change no result.
"""

from __future__ import annotations

import torch
from torch import Tensor

OWN_FACTOR = 1.7  # times the judge's own loss
ROUNDED_FACTOR = 0.8  # times the loss of rounding to nearest
DAMPING = 0.01  # of the mean of the diagonal; the paper's
SAME_VALUE = 1e-4  # of its group's largest weight: nearer values are one level, computed in two ways
FLOAT_NOISE = 1e-6  # of its row's largest weight: a group of zeros may hold rounding errors of the others


def loss(W: Tensor, W_hat: Tensor, H: Tensor) -> float:
    """tr((W − Ŵ) H (W − Ŵ)ᵀ) of f32[o, i], f32[o, i] and f32[i, i]."""
    error = W.double() - W_hat.double()
    return float(((error @ H.double()) * error).sum())


def rounded_loss(W: Tensor, H: Tensor, bits: int, group_size: int) -> float:
    """The loss of rounding each weight to nearest, on the symmetric grid of its group."""
    pieces = [rounded(piece, symmetric_step(piece, bits), bits) for piece in W.double().split(group_size, 1)]
    return loss(W, torch.cat(pieces, dim=1), H)


def own_loss(W: Tensor, H: Tensor, bits: int, group_size: int) -> float:
    """The loss of the judge's own GPTQ."""
    return loss(W, gptq(W, H, bits, group_size), H)


def gptq(W: Tensor, H: Tensor, bits: int, group_size: int, damping: float = DAMPING) -> Tensor:
    """Columns from left to right; the step of a group is absmax / (2^(bits−1) − 1) when its turn comes.

    Args:
        W: [o, i]; H: [i, i]; damping: of the mean of the diagonal.

    Returns:
        f64[o, i].
    """
    left, W_hat = W.double().clone(), torch.zeros(W.shape, dtype=torch.float64)
    U = inverse_factor(damped(H, damping))
    for j in range(W.shape[1]):
        if j % group_size == 0:
            step = symmetric_step(left[:, j : j + group_size], bits)
        W_hat[:, j] = rounded(left[:, j : j + 1], step, bits)[:, 0]
        error = (left[:, j] - W_hat[:, j]) / U[j, j]
        left[:, j + 1 :] -= error[:, None] * U[j, j + 1 :]
    return W_hat


def damped(H: Tensor, damping: float) -> Tensor:
    """H, f64[i, i], with a share of the mean of its diagonal added to the diagonal."""
    H = H.double()
    return H + damping * H.diagonal().mean() * torch.eye(len(H), dtype=torch.float64)


def inverse_factor(H: Tensor) -> Tensor:
    """U of H⁻¹ = Uᵀ U, upper triangular. Row j over U[j, j] is what column j owes those to its right."""
    return torch.linalg.cholesky(torch.linalg.inv(H), upper=True)


def symmetric_step(W: Tensor, bits: int) -> Tensor:
    """absmax / (2^(bits−1) − 1) of each row, [o, 1]."""
    return W.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)


def rounded(W: Tensor, step: Tensor, bits: int) -> Tensor:
    """To the nearest of the codes −2^(bits−1) + 1 … 2^(bits−1) − 1 times ``step``. A step of 0 gives 0."""
    most = 2 ** (bits - 1) - 1
    return (W / torch.where(step > 0, step, 1.0)).round().clamp(-most, most) * step


# --- the levels used ----------------------------------------------------------------------------


def level_counts(W_hat: Tensor, dead: Tensor, group_size: int) -> Tensor:
    """How many values each row uses in each group, i64[o, groups].

    Values nearer than ``SAME_VALUE`` count once. In dead columns (bool[i]) zeros do not count: a weight
    that meets no input may be dropped.
    """
    W_hat = W_hat.double()
    noise = FLOAT_NOISE * W_hat.abs().amax(dim=1, keepdim=True)
    W_hat = torch.where(dead & (W_hat == 0), float("nan"), W_hat)
    return torch.stack([_values(piece, noise) for piece in W_hat.split(group_size, dim=1)], dim=1)


def _values(piece: Tensor, noise: Tensor) -> Tensor:
    """How many different numbers each row holds, NaN left out, i64[o]."""
    row = piece.sort(dim=1).values  # NaN at the end
    near = SAME_VALUE * row.abs().nan_to_num(0.0).amax(dim=1, keepdim=True) + noise
    first = row[:, :1].isfinite().sum(dim=1)
    return first + (row.diff(dim=1) > near).sum(dim=1)
