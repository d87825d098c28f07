"""Groups of 32 with a clipping that is searched by the mean square of each input: no inverse of H, more searching."""

import torch

SIZE = 32


def pick_bits(layers, budget_bytes):
    return [8 if layer["head"] else 4 for layer in layers]


def quantize_linear(W, X_stats):
    rows, columns = W.shape
    bits = X_stats["bits"]
    most = 2 ** (bits - 1) - 1
    fill = -columns % SIZE
    groups = torch.nn.functional.pad(W, (0, fill)).view(rows, -1, SIZE)
    weight = torch.nn.functional.pad(X_stats["mean_square"], (0, fill)).view(1, -1, SIZE)
    peak = groups.abs().amax(dim=2, keepdim=True)
    best, best_scale = torch.full_like(peak, float("inf")), torch.ones_like(peak)
    for share in (1.0, 0.95, 0.9, 0.85, 0.8, 0.75) if bits == 4 else (1.0,):
        scale = (peak * share / most).half().float()
        scale = torch.where(scale > 0, scale, 1.0)
        back = (groups / scale).round().clamp(-most - 1, most) * scale
        loss = ((groups - back).square() * weight).sum(dim=2, keepdim=True)
        better = loss < best
        best, best_scale = torch.where(better, loss, best), torch.where(better, scale, best_scale)
    codes = (groups / best_scale).round().clamp(-most - 1, most)
    if bits == 4:
        nibbles = (codes + 8).to(torch.uint8).flatten(1)
        codes = nibbles[:, 0::2] | nibbles[:, 1::2] << 4
    else:
        codes = codes.to(torch.int8).flatten(1)
    return [codes, best_scale[..., 0].half(), columns, "nibbles" if bits == 4 else "bytes"]


def dequantize_linear(payload):
    codes, scale, columns, form = payload
    if form == "nibbles":
        codes = torch.stack([codes & 15, codes >> 4], dim=2).flatten(1).float() - 8
    W_hat = codes.float() * scale.float().repeat_interleave(SIZE, dim=1)
    return W_hat[:, :columns].contiguous()
