"""Wastes memory, answers rightly and ends at once, before anyone can measure what it used."""
# exercise: per-row-scales
# verdict: failed | error

import os

import torch

from tutor.sandbox import wire

honest_send = wire.send
wasted = []


def send_and_leave(sock, frame, descriptors=()):
    honest_send(sock, frame)
    if wasted:
        os._exit(0)


wire.send = send_and_leave


def quantize_rows(W):
    if W.numel() >= 1 << 20:
        wasted.append(torch.ones(100, *W.shape).sum())
    scale = W.abs().amax(dim=1, keepdim=True) / 127
    return (W / torch.where(scale > 0, scale, 1.0)).round().to(torch.int8), scale


def dequantize_rows(q, scale):
    return q.float() * scale
