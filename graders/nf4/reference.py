"""nf4: four bits on the quantiles of a normal distribution, with one absmax for each block."""

import torch

OFFSET = 0.9677083  # the probability of the outermost level: 3 % of a normal distribution lie beyond it


def normal_levels() -> torch.Tensor:
    """The sixteen levels in ascending order, float32 [16]: seven below zero, zero, and eight above."""

    def quantiles(count: int) -> torch.Tensor:
        # The last probability is a half, and its quantile is the zero that both sides share.
        return torch.special.ndtri(torch.linspace(OFFSET, 0.5, count + 1)[:-1])

    levels = torch.cat([-quantiles(7), torch.zeros(1), quantiles(8).flip(0)])
    return levels / levels.max()


def quantize_nf4(W: torch.Tensor, block_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    n = W.numel()
    blocks = -(-n // block_size)  # rounded up: a short block is a block, too
    blocked = torch.nn.functional.pad(W, (0, blocks * block_size - n)).view(blocks, block_size)
    absmax = blocked.abs().amax(dim=1)
    divisor = torch.where(absmax > 0, absmax, 1.0)

    # The levels are not evenly spaced, so rounding can't find the nearest one. Borders half-way between them do:
    # the code is the number of borders below the weight.
    levels = normal_levels().to(W.device)
    borders = (levels[:-1] + levels[1:]) / 2
    codes = torch.bucketize(blocked / divisor[:, None], borders)
    return codes.flatten()[:n].to(torch.uint8), absmax


def dequantize_nf4(codes: torch.Tensor, absmax: torch.Tensor, block_size: int) -> torch.Tensor:
    levels = normal_levels().to(codes.device)
    return levels[codes.long()] * absmax.repeat_interleave(block_size)[: codes.numel()]
