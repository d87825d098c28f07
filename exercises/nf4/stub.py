"""nf4: four bits on the quantiles of a normal distribution, with one absmax for each block."""

import torch


def quantize_nf4(W: torch.Tensor, block_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns weights into 4-bit codes and one absmax for each block.

    Args:
        W: float32 [n].
        block_size: number of neighbouring weights that share an absmax. The last block may be short.

    Returns:
        codes: uint8 [n], 0 ... 15, one for each weight.
        absmax: float [ceil(n / block_size)], float32 or float16, one for each block.
    """
    raise NotImplementedError("quantize_nf4 is not written yet")


def dequantize_nf4(codes: torch.Tensor, absmax: torch.Tensor, block_size: int) -> torch.Tensor:
    """Turns codes and absmaxes back into weights.

    Args:
        codes, absmax: what quantize_nf4 returned. This function runs in another process.
        block_size: the same as there.

    Returns:
        float32 [n], each a level of NF4 times its block's absmax.
    """
    raise NotImplementedError("dequantize_nf4 is not written yet")
