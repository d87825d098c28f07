import torch


def quantize_rows(W: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    scale = W.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
    return (W / scale).round().to(torch.int8), scale


def dequantize_rows(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return q * scale
