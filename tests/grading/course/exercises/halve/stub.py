import torch


def halve(x: torch.Tensor) -> torch.Tensor:
    """x / 2."""
    raise NotImplementedError("halve is not written yet")


def double(x: torch.Tensor) -> torch.Tensor:
    """x * 2."""
    raise NotImplementedError("double is not written yet")
