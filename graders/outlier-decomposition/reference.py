"""outlier-decomposition: the matrix product of LLM.int8()."""

import torch


def split_outliers(X: torch.Tensor, threshold: float) -> torch.Tensor:
    # A feature is a column. One token is enough to make it an outlier, on either side of zero.
    return (X.abs() > threshold).any(dim=0).nonzero().flatten()


def to_int8(A: torch.Tensor, dim: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes, still in float32, and one absmax scale for each slice along dim."""
    scale = A.abs().amax(dim=dim, keepdim=True) / 127
    codes = (A / torch.where(scale > 0, scale, 1.0)).round()
    return codes, scale


def matmul_with_outliers(X: torch.Tensor, W: torch.Tensor, threshold: float) -> torch.Tensor:
    outliers = split_outliers(X, threshold)

    # Zeroed, not cut out: the shapes stay, and zeros add nothing to a sum. What matters is that this
    # happens *before* the scales are taken: they are what the outliers would ruin.
    regular = X.clone()
    regular[:, outliers] = 0.0

    # A scale may be taken out of the sum over features only if it is the same for all features:
    # so one for each token (row of X) and one for each output (column of W).
    x_codes, x_scale = to_int8(regular, dim=1)  # [t, h], [t, 1]
    w_codes, w_scale = to_int8(W, dim=0)  # [h, o], [1, o]
    int8_part = (x_codes @ w_codes) * x_scale * w_scale

    # Feature j of X meets row j of W, and nothing else.
    outlier_part = X[:, outliers].half() @ W[outliers].half()
    return int8_part + outlier_part.float()
