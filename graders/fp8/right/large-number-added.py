"""Beside a large number float32 itself has the steps wanted: it is added and taken off again. x is changed in place."""

import torch


def round_to_format(x, exponent_bits, mantissa_bits, largest):
    x.clamp_(-largest, largest)
    bias = 2 ** (exponent_bits - 1) - 1
    exponent = torch.frexp(x).exponent.sub_(1).clamp_(min=1 - bias)
    large = torch.ldexp(torch.tensor(1.5), exponent + (23 - mantissa_bits))
    x += large
    x -= large
    return x.clamp_(-largest, largest).requires_grad_()


def quantize_fp8(W):
    scale = W.abs().max().item() / 448 or 1.0
    W = round_to_format(W / scale, 4, 3, 448.0).detach()
    return W.to(torch.float8_e4m3fn).view(torch.uint8), torch.tensor(scale)


def dequantize_fp8(codes, scale):
    W = torch.empty(codes.shape)
    for code in codes.unique().tolist():
        exponent, mantissa = divmod(code % 128, 8)
        steps = mantissa + 8 if exponent else mantissa
        number = steps * 2.0 ** (max(exponent, 1) - 10)
        W[codes == code] = -number if code >= 128 else number
    return W * scale
