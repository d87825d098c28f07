"""numpy throughout: its percentile takes percent, not a fraction."""

import numpy as np
import torch


def minmax_range(batches):
    return max(np.abs(X.numpy()).max() for X in batches)


def percentile_range(batches, percent):
    return np.percentile(np.concatenate([np.abs(X.numpy()).ravel() for X in batches]), percent)


def mse_range(batches, bits):
    values = np.concatenate([X.numpy().ravel() for X in batches])
    clips = np.linspace(0, np.abs(values).max(), 65)[1:]
    errors = [np.square(rounded(values, clip, bits) - values).sum() for clip in clips]
    return clips[int(np.argmin(errors))]


def rounded(values, clip, bits):
    top = 2 ** (bits - 1) - 1
    step = np.float32(clip / top) if clip else np.float32(1)
    return np.clip(np.rint(values / step), -top, top).astype(np.float32) * (step if clip else 0)


def quantize_static(X, clip, bits):
    return torch.from_numpy(rounded(X.numpy(), clip, bits).astype(np.float32))


def quantize_dynamic(X, bits):
    top = 2 ** (bits - 1) - 1
    step = np.abs(X.numpy()).max(axis=1, keepdims=True) / top
    return torch.from_numpy(np.rint(X.numpy() / np.where(step == 0, 1, step)) * step)
