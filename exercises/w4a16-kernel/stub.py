"""w4a16-kernel: a product with int4 weights that unpacks them where it multiplies."""

import torch
import triton
import triton.language as tl


def w4a16(X: torch.Tensor, packed: torch.Tensor, scale: torch.Tensor, group_size: int) -> torch.Tensor:
    """Multiplies activations by packed weights. Launches your kernel: a function under ``@triton.jit``.

    Args:
        X: float16 [t, i], one row for each token.
        packed: uint8 [o, i / 2]. Byte k of a row holds two codes from -8 to 7 in two's complement:
            column 2k in its low nibble, column 2k + 1 in its high one.
        scale: float16 [o, i / group_size], the size of one step in each group of neighbouring columns.
        group_size: 32, 64 or 128; i is a multiple of it.

    Returns:
        float32 or float16 [t, o]: X times the transpose of the weights, code · scale.
    """
    raise NotImplementedError("w4a16 is not written yet")
