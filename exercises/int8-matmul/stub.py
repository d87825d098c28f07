"""int8-matmul: a matrix product in int8, summed in int32, scaled once."""

import torch


def int_product(qx: torch.Tensor, qw: torch.Tensor) -> torch.Tensor:
    """Multiplies codes by codes, exactly.

    Args:
        qx: int8 [t, h], codes −127 … 127, one row for each token.
        qw: int8 [h, o], codes −127 … 127, one column for each output.

    Returns:
        int32 [t, o], the exact sums over h.
    """
    raise NotImplementedError("int_product is not written yet")


def int8_matmul(qx: torch.Tensor, sx: torch.Tensor, qw: torch.Tensor, sw: torch.Tensor) -> torch.Tensor:
    """Multiplies two matrices that are held as codes and scales.

    Args:
        qx: int8 [t, h].
        sx: float32 [t], the step of each token's codes.
        qw: int8 [h, o].
        sw: float32 [o], the step of each output's codes.

    Returns:
        float32 [t, o], what the codes stand for, multiplied.
    """
    raise NotImplementedError("int8_matmul is not written yet")


def int8_linear(X: torch.Tensor, qw: torch.Tensor, sw: torch.Tensor) -> torch.Tensor:
    """Multiplies activations by weights that were put into int8 beforehand.

    Args:
        X: float32 [t, h], one row for each token.
        qw: int8 [h, o].
        sw: float32 [o].

    Returns:
        float32 [t, o], about X times the weights; X is rounded to int8 with one scale for each token.
    """
    raise NotImplementedError("int8_linear is not written yet")
