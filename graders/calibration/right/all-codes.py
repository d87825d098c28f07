"""All 2^bits codes, a step of c / (L + 1/2): steps a little finer, and the end of the range is off by half a step."""

import torch


def minmax_range(batches):
    return torch.stack([X.abs().amax() for X in batches]).amax()


def percentile_range(batches, percent):
    magnitudes = torch.cat([X.reshape(-1) for X in batches]).abs()
    place = round(percent / 100 * (magnitudes.numel() - 1))
    return magnitudes.kthvalue(place + 1).values


def mse_range(batches, bits):
    X = torch.cat(list(batches))
    clips = torch.linspace(0.02, 1.0, 50) * X.abs().amax()
    return clips[torch.stack([(quantize_static(X, c, bits) - X).norm() for c in clips]).argmin()]


def quantize_static(X, clip, bits):
    half = 2 ** (bits - 1)
    step = torch.as_tensor(clip, dtype=torch.float32) / (half - 0.5)
    return (X / step).nan_to_num(0.0, 0.0, 0.0).round().clamp(-half, half - 1) * step


def quantize_dynamic(X, bits):
    half = 2 ** (bits - 1)
    step = X.abs().amax(1, keepdim=True) / (half - 0.5)
    return (X / step).nan_to_num(0.0).round().clamp(-half, half - 1) * step
