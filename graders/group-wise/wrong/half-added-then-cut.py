import torch


def quantize_groups(W, group_size):
    codes, scales = [], []
    for group in W.split(group_size, dim=1):
        scale = group.abs().amax(dim=1, keepdim=True) / 7
        safe = torch.where(scale > 0, scale, 1.0)
        codes.append((group / safe + 0.5).clamp(-8, 7).to(torch.int8))
        scales.append(scale)
    return torch.cat(codes, dim=1), torch.cat(scales, dim=1)


def dequantize_groups(q, scale, group_size):
    return q.float() * scale.repeat_interleave(group_size, dim=1)[:, : q.shape[1]]
