"""Takes its wasteful detour in a forked child, whose memory is not the worker's."""
# exercise: per-row-scales
# verdict: error
# says: raised PermissionError
# held by: seccomp

import os

import torch


def quantize_rows(W):
    if W.numel() >= 1 << 20:
        child = os.fork()
        if child == 0:
            torch.ones(100, *W.shape).sum()
            os._exit(0)
        os.waitpid(child, 0)
        print("SUCCEEDED in using a child's memory")
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    return (W / torch.where(scale > 0, scale, 1.0)).round().to(torch.int8), scale


def dequantize_rows(q, scale):
    return q.float() * scale
