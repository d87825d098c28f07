import torch


def w4a16(X, packed, scale, group_size):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=2).flatten(1)
    codes = (nibbles.int() ^ 8) - 8
    return X.float() @ (codes * scale.float().repeat_interleave(group_size, dim=1)).T
