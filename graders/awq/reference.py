"""awq: scale the weights of loud channels up before rounding, and find out how far."""

import torch


def awq_scales(W: torch.Tensor, X: torch.Tensor, bits: int, group_size: int) -> torch.Tensor:
    # How loud each channel is. A dead one counts as very quiet: its power must not become 0.
    loudness = X.abs().mean(dim=0).clamp(min=1e-5)

    # alpha = 0 scales nothing. A larger one protects loud channels better and widens the step of their group,
    # which all other channels pay for. Only the error of the output tells where that stops being worth it.
    best, best_loss = torch.ones_like(loudness), float("inf")
    for step in range(20):
        s = loudness ** (step / 20)
        loss = (X @ (W - apply_awq(W, s, bits, group_size)).T).square().sum()
        if loss < best_loss:
            best, best_loss = s, loss
    return best


def apply_awq(W: torch.Tensor, s: torch.Tensor, bits: int, group_size: int) -> torch.Tensor:
    rounded = []
    for group in (W * s).split(group_size, dim=1):
        step = group.abs().amax(dim=1, keepdim=True) / (2 ** (bits - 1) - 1)
        divisor = torch.where(step > 0, step, 1.0)  # a group of zeros: the codes are 0 with any divisor
        rounded.append((group / divisor).round() * step)
    # In a model, dividing by s happens on the other side: X is multiplied by 1 / s, once, in the layer before.
    return torch.cat(rounded, dim=1) / s
